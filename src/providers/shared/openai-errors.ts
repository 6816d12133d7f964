import type { LlmCall, ReplyContext, Trouble } from "../../core/dialect.ts";
import { jsonReply, type WireReply } from "../../core/exchange.ts";
import { gatewayPage, type ServerTrouble, serverWaitHeaders } from "./gateway-page.ts";
import type { OpenAiError } from "./openai-envelope.ts";
import { rateLimitError } from "./openai-rate-limit.ts";
import { httpDate } from "./retry-hints.ts";

/** The codes of a spent quota since 2026 (help.openai.com/5955604, /6614457), and the older one, `insufficient_quota`. */
export const QUOTA_CODES = [
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
  "insufficient_quota",
] as const;

const CONTEXT_LENGTH = 128_000;

/** Any trouble as a whole reply. A gateway in front of the API answers HTML, everything else is JSON. */
export function openAiReply(trouble: Trouble, call: LlmCall, context: ReplyContext): WireReply {
  if (trouble.kind === "bad_gateway" || trouble.kind === "timeout") return gatewayPage(trouble, context);
  const { status, headers, error } = openAiError(trouble, call, context);
  return jsonReply(status, [...headers, ...generalHeaders(context)], { error });
}

/** The envelope that stands inside a 200 when a stream breaks; undefined for what shows before a stream begins. */
export function openAiStreamError(
  trouble: Trouble,
  call: LlmCall,
  context: ReplyContext,
): Pick<OpenAiError, "error"> | undefined {
  switch (trouble.kind) {
    case "rate_limit":
    case "quota_exceeded":
    case "overloaded":
    case "server_error":
      return { error: openAiError(trouble, call, context).error };
    default:
      return undefined;
  }
}

function openAiError(trouble: Trouble, call: LlmCall, context: ReplyContext): OpenAiError {
  switch (trouble.kind) {
    case "rate_limit":
      return rateLimitError(trouble, call, context);
    case "quota_exceeded":
      return quotaError(trouble.quota);
    case "overloaded":
    case "server_error":
    case "bad_gateway":
    case "timeout":
      return serverError(trouble, context);
    case "budget":
    case "replay_miss":
      return {
        status: trouble.kind === "budget" ? 403 : 404,
        // Stainless SDKs obey this header, so the refusal cannot turn into a storm of retries.
        headers: ["x-should-retry", "false"],
        error: { message: trouble.message, type: "llm_chaos", param: null, code: `llm_chaos_${trouble.kind}` },
      };
    default:
      return { headers: [], ...requestError(trouble.kind, call) };
  }
}

/** No Retry-After: "may be omitted for 429 responses that require user action" (OpenAI's OpenAPI description). */
function quotaError(quota: string | undefined): OpenAiError {
  const code = QUOTA_CODES.find((known) => known === quota) ?? QUOTA_CODES[0];
  return {
    status: 429,
    headers: [],
    error: {
      // Captured with the older code; that the newer codes carry the same text is unverified.
      message:
        "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
      type: "insufficient_quota",
      param: null,
      code,
    },
  };
}

function serverError(trouble: ServerTrouble, context: ReplyContext): OpenAiError {
  const headers = serverWaitHeaders(trouble, context);
  if (trouble.kind === "overloaded") {
    return {
      status: 503,
      headers,
      error: {
        message: "The engine is currently overloaded, please try again later",
        type: "service_unavailable_error",
        param: null,
        code: "server_is_overloaded",
      },
    };
  }
  return {
    status: 500,
    headers,
    error: {
      message: `The server had an error while processing your request. Sorry about that! You can retry your request, or contact us through our help center at help.openai.com if the error persists. (Please include the request ID ${context.requestId} in your message.)`,
      type: "server_error",
      param: null,
      code: null,
    },
  };
}

type RequestTrouble = "bad_key" | "unknown_model" | "context_too_long" | "content_filter" | "request_too_large";

/** The 4xx that no retry cures. Texts of bad_key, unknown_model, content_filter and request_too_large: unverified. */
function requestError(kind: RequestTrouble, call: LlmCall): Pick<OpenAiError, "status" | "error"> {
  const type = "invalid_request_error";
  switch (kind) {
    case "bad_key":
      // OpenAI prints a masked part of the key here; ours prints none of it.
      return {
        status: 401,
        error: {
          message:
            "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.",
          type,
          param: null,
          code: "invalid_api_key",
        },
      };
    case "unknown_model":
      return {
        status: 404,
        error: {
          message: `The model \`${call.model}\` does not exist or you do not have access to it.`,
          type,
          param: null,
          code: "model_not_found",
        },
      };
    case "context_too_long":
      // crewAIInc/crewAI-examples#121. The count exceeds the length whatever the prompt was.
      return {
        status: 400,
        error: {
          message: `This model's maximum context length is ${CONTEXT_LENGTH} tokens. However, your messages resulted in ${CONTEXT_LENGTH + Math.max(1, call.inputTokens)} tokens. Please reduce the length of the messages.`,
          type,
          param: "messages",
          code: "context_length_exceeded",
        },
      };
    case "content_filter":
      return {
        status: 400,
        error: {
          message: "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
          type,
          param: null,
          code: "invalid_prompt",
        },
      };
    case "request_too_large":
      return {
        status: 413,
        error: { message: "The request body is too large.", type, param: null, code: "request_too_large" },
      };
  }
}

/**
 * On every reply of the platform (openai/openai-node#1477). Left out on purpose: strict-transport-security and alt-svc would
 * outlive the run in a client's memory, set-cookie and cf-ray identify an edge that does not exist.
 */
function generalHeaders(context: ReplyContext): string[] {
  return [
    "date",
    httpDate(context.wallMs),
    "openai-organization",
    context.organization,
    "openai-processing-ms",
    "5",
    "openai-version",
    "2020-10-01",
    "x-request-id",
    context.requestId,
    "x-content-type-options",
    "nosniff",
    "server",
    "cloudflare",
    "cf-cache-status",
    "DYNAMIC",
  ];
}
