import type { LlmCall, ReplyContext, Trouble } from "../../core/dialect.ts";
import type { WireReply } from "../../core/exchange.ts";
import { gatewayPage, type ServerTrouble, serverWaitHeaders } from "../shared/gateway-page.ts";
import { errorReply, type MessagesError, wired } from "./error.ts";
import { messagesEvent } from "./event.ts";
import { quotaError } from "./quota.ts";
import { rateLimitError } from "./rate-limit.ts";

/** Any trouble as a whole reply. */
export function messagesReply(trouble: Trouble, call: LlmCall, context: ReplyContext): WireReply {
  if (trouble.kind === "bad_gateway") return gatewayPage(trouble, context);
  const refusal = messagesError(trouble, call, context);
  // Answered in front of the API, hence without its envelope (anthropics/claude-code#14567).
  if (trouble.kind === "request_too_large") return wired({ ...refusal, body: { error: refusal.error } }, context);
  return errorReply(refusal, context);
}

/**
 * The error event inside a 200, with `details` and `request_id` as captured in 2026: overloaded (gotgenes/pi-anthropic-auth#73),
 * the content filter (anthropics/claude-code#58367). Limits and server errors in mid-stream have the same envelope (unverified).
 */
export function breakMessages(trouble: Trouble, call: LlmCall, context: ReplyContext): Uint8Array | undefined {
  switch (trouble.kind) {
    case "overloaded":
    case "server_error":
    case "timeout":
    case "rate_limit":
    case "content_filter": {
      const { type, message } = messagesError(trouble, call, context).error;
      return messagesEvent("error", { error: { details: null, type, message }, request_id: context.requestId });
    }
    default:
      return undefined;
  }
}

function messagesError(trouble: Trouble, call: LlmCall, context: ReplyContext): MessagesError {
  switch (trouble.kind) {
    case "rate_limit":
      return rateLimitError(trouble, call, context);
    case "quota_exceeded":
      return quotaError(trouble.quota, context);
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
        error: {
          type: trouble.kind === "budget" ? "permission_error" : "not_found_error",
          message: trouble.message,
          details: { error_code: `llm_chaos_${trouble.kind}` },
        },
      };
    default:
      return { headers: [], ...requestError(trouble.kind, call) };
  }
}

/** 529 and 500 as in many public reports (anthropics/claude-code#23049, #59768); the text of the 504 is unverified. */
function serverError(trouble: ServerTrouble, context: ReplyContext): MessagesError {
  const headers = serverWaitHeaders(trouble, context);
  switch (trouble.kind) {
    case "overloaded":
      return { status: 529, headers, error: { type: "overloaded_error", message: "Overloaded" } };
    case "timeout":
      return { status: 504, headers, error: { type: "timeout_error", message: "Request timed out" } };
    default:
      return { status: 500, headers, error: { type: "api_error", message: "Internal server error" } };
  }
}

const CONTEXT_LENGTH = 200_000;

type RequestTrouble = "bad_key" | "unknown_model" | "context_too_long" | "content_filter" | "request_too_large";

/** The 4xx that no retry cures. */
function requestError(kind: RequestTrouble, call: LlmCall): Pick<MessagesError, "status" | "error"> {
  switch (kind) {
    case "bad_key":
      return { status: 401, error: { type: "authentication_error", message: "invalid x-api-key" } };
    case "unknown_model":
      return { status: 404, error: { type: "not_found_error", message: `model: ${call.model}` } };
    case "context_too_long": {
      // boldsoftware/exe.dev#62. The count exceeds the length whatever the prompt was.
      const count = CONTEXT_LENGTH + Math.max(1, call.inputTokens);
      const message = `prompt is too long: ${count} tokens > ${CONTEXT_LENGTH} maximum`;
      return { status: 400, error: { type: "invalid_request_error", message } };
    }
    case "content_filter":
      // A model that declines by itself does so inside a 200, with the stop reason `refusal`; this is the filter behind it.
      return {
        status: 400,
        error: { type: "invalid_request_error", message: "Output blocked by content filtering policy" },
      };
    case "request_too_large":
      return { status: 413, error: { type: "request_too_large", message: "Request exceeds the maximum size" } };
  }
}
