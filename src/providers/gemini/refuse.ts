import type { LlmCall, ReplyContext, Trouble, TroubleKind } from "../../core/dialect.ts";
import type { WireReply } from "../../core/exchange.ts";
import { MINUTE_MS } from "../../core/limits.ts";
import { serverWaitHeaders } from "../shared/gateway-page.ts";
import { errorReply, type GoogleError, googleReply, type ToldError } from "./envelope.ts";
import { quotaExceeded, rateLimitError } from "./rate-limit.ts";
import { writeBlocked, writeError } from "./write.ts";

/** The model's window; texts print it. */
const CONTEXT_LENGTH = 1_048_576;
const ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo";

/** Any trouble as a whole reply. A blocked prompt is no error for Google: it comes inside a 200. */
export function geminiReply(trouble: Trouble, call: LlmCall, context: ReplyContext): WireReply {
  const told = errorOf(trouble, call, context);
  if (told !== undefined) return errorReply(told, call, context);
  if (trouble.kind === "content_filter") {
    const { contentType, frames } = writeBlocked(call, context);
    return googleReply({ status: 200, type: contentType, headers: [], body: Buffer.concat(frames) }, context);
  }
  const headers = "retryAfterMs" in trouble ? serverWaitHeaders(trouble, context) : [];
  return googleReply({ status: 502, type: "text/html; charset=UTF-8", headers, body: BAD_GATEWAY_PAGE }, context);
}

/**
 * The same envelope inside a stream: as an event's data, or as an element of the array, which it ends. That Google sends it
 * so was not captured on the wire; @google/genai looks for it.
 */
export function geminiStreamError(trouble: Trouble, call: LlmCall, context: ReplyContext): Uint8Array | undefined {
  if (!IN_STREAM.has(trouble.kind)) return undefined;
  const told = errorOf(trouble, call, context);
  return told && writeError(told.error, call, context.streamEvents);
}

const IN_STREAM: ReadonlySet<TroubleKind> = new Set([
  "rate_limit",
  "quota_exceeded",
  "overloaded",
  "server_error",
  "timeout",
]);

/** Undefined for what has no error's shape: a gateway's page, a blocked prompt. */
function errorOf(trouble: Trouble, call: LlmCall, context: ReplyContext): ToldError | undefined {
  switch (trouble.kind) {
    case "rate_limit":
      return rateLimitError(trouble, call, context);
    case "quota_exceeded":
      return { error: quotaError(trouble.quota, call, context), headers: [] };
    case "overloaded":
    case "server_error":
    case "timeout":
      return { error: SERVER_ERRORS[trouble.kind], headers: serverWaitHeaders(trouble, context) };
    case "budget":
    case "replay_miss":
      return { error: ownError(trouble.kind, trouble.message), headers: ["x-should-retry", "false"] };
    case "bad_gateway":
    case "content_filter":
      return undefined;
    default:
      return { error: requestError(trouble.kind, call), headers: [] };
  }
}

function ownError(kind: "budget" | "replay_miss", message: string): GoogleError {
  const details = [{ "@type": ERROR_INFO, reason: `llm_chaos_${kind}`, domain: "llm-chaos" }];
  const [code, status] = kind === "budget" ? ([403, "PERMISSION_DENIED"] as const) : ([404, "NOT_FOUND"] as const);
  return { code, message, status, details };
}

/**
 * `prepayment` (default): the account's credits are spent (dyad-sh/dyad#3626). `free_tier`: the model is not in the free tier,
 * whose limit of 0 comes with the rest of a minute as a wait that cures nothing (google-gemini/gemini-cli#22486).
 */
function quotaError(quota: string | undefined, call: LlmCall, context: ReplyContext): GoogleError {
  if (quota === "free_tier") {
    const waitMs = MINUTE_MS - (context.wallMs % MINUTE_MS);
    const none = { limit: 0, tier: "free", waitMs };
    return quotaExceeded(
      (["tpm", "rpm", "rpd"] as const).map((dimension) => ({ dimension, ...none })),
      call,
    );
  }
  return {
    code: 429,
    message:
      "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.",
    status: "RESOURCE_EXHAUSTED",
  };
}

/** continuedev/continue#10639; before 2026 the first said "The model is overloaded. Please try again later." (appatalks/eva-agent#50). */
const SERVER_ERRORS: Readonly<Record<"overloaded" | "server_error" | "timeout", GoogleError>> = {
  overloaded: {
    code: 503,
    message:
      "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again later.",
    status: "UNAVAILABLE",
  },
  server_error: {
    code: 500,
    message:
      "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
    status: "INTERNAL",
  },
  timeout: { code: 504, message: "Deadline expired before operation could complete.", status: "DEADLINE_EXCEEDED" },
};

type RequestTrouble = "bad_key" | "unknown_model" | "context_too_long" | "request_too_large";

/** The 4xx that no retry cures. Vertex's words for an unknown model: unverified. */
function requestError(kind: RequestTrouble, call: LlmCall): GoogleError {
  const invalid = { code: 400, status: "INVALID_ARGUMENT" };
  switch (kind) {
    case "bad_key":
      return call.provider === "vertex" ? VERTEX_BAD_TOKEN : BAD_KEY;
    case "unknown_model":
      return { code: 404, message: notFoundText(call), status: "NOT_FOUND" };
    case "context_too_long":
      return {
        ...invalid,
        message: `The input token count (${CONTEXT_LENGTH + Math.max(1, call.inputTokens)}) exceeds the maximum number of tokens allowed (${CONTEXT_LENGTH}).`,
      };
    case "request_too_large":
      return { ...invalid, message: "Request payload size exceeds the limit: 20971520 bytes." };
  }
}

/** A 400, not a 401. */
const BAD_KEY: GoogleError = {
  code: 400,
  message: "API key not valid. Please pass a valid API key.",
  status: "INVALID_ARGUMENT",
  details: [
    {
      "@type": ERROR_INFO,
      reason: "API_KEY_INVALID",
      domain: "googleapis.com",
      metadata: { service: "generativelanguage.googleapis.com" },
    },
  ],
};

const VERTEX_BAD_TOKEN: GoogleError = {
  code: 401,
  message:
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
  status: "UNAUTHENTICATED",
};

function notFoundText({ provider, model, apiVersion = "v1beta" }: LlmCall): string {
  if (provider === "vertex") {
    return `Publisher Model \`publishers/google/models/${model}\` was not found or your project does not have access to it. Please ensure you are using a valid model version.`;
  }
  return `models/${model} is not found for API version ${apiVersion}, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`;
}

/** What Google's front end shows when the service behind it is not there; unverified for this service. */
const BAD_GATEWAY_PAGE =
  "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 502 (Server Error)!!1</title>\n  <p><b>502.</b> <ins>That’s an error.</ins>\n  <p>The server encountered a temporary error and could not complete your request.\n";
