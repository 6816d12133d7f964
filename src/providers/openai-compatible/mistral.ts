import { httpDate } from "../shared/retry-hints.ts";
import { familyOf } from "./rate-limit.ts";
import type { CompatibleProvider } from "./words.ts";

/** Texts as captured (raycast/extensions#31107, continuedev/continue#6185, agent0ai/agent-zero#539) unless marked. */
export const mistral: CompatibleProvider = {
  provider: "mistral",
  hosts: ["api.mistral.ai", "codestral.mistral.ai"],
  // Its keys have no mark of their own.
  signs: { userAgents: ["mistral-client-"] },
  // No envelope at all; a refused key shows that it is another layer that answers.
  envelope: ({ message, type = null, code = null }, status) =>
    status === 401
      ? { detail: message }
      : { object: "error", message, type, param: null, code, raw_status_code: status },
  errors: {
    // That a spent quota shows as a 429 was reported (vanna-ai/vanna#177); its text is unverified.
    quota_exceeded: { status: 429, message: "Monthly usage limit exceeded", type: "rate_limited", code: "1300" },
    overloaded: {
      status: 429,
      message: "Service tier capacity exceeded for this model.",
      type: "invalid_request_error",
      code: "3505",
    },
    // Unverified from here on, but for the refused key.
    server_error: { status: 500, message: "Internal server error", type: "internal_server_error", code: "1000" },
    bad_gateway: "page",
    timeout: "page",
    bad_key: { status: 401, message: "Unauthorized" },
    unknown_model: { status: 400, message: "Invalid model: {model}", type: "invalid_model", code: "1500" },
    context_too_long: {
      status: 400,
      message:
        "Prompt contains {prompt_tokens} tokens and 0 draft tokens, too large for model with {context_length} maximum context length",
      type: "invalid_request_error",
      code: "3051",
    },
    content_filter: {
      status: 403,
      message: "The request was blocked by the moderation policy.",
      type: "moderation_blocked",
      code: "3700",
    },
    request_too_large: {
      status: 413,
      message: "Request size limit exceeded",
      type: "invalid_request_error",
      code: "3000",
    },
  },
  limit: {
    hints: ["header"],
    refusal: { status: 429, message: "Rate limit exceeded", type: "rate_limited", code: "1300" },
    // Not Mistral's own: only for who asks for a hint in the text.
    again: ". Please try again in {wait}.",
    phrases: {
      rpm: "requests",
      rpd: "requests",
      tpm: "tokens",
      tpd: "tokens",
      itpm: "tokens",
      otpm: "tokens",
      images: "requests",
      concurrency: "requests",
    },
    // The price of this query (mistralai/client-ts#169). A success has it too, but is not told its price here.
    headers: ({ dimension, requested }) =>
      familyOf(dimension) === "tokens" ? ["x-ratelimit-tokens-query-cost", String(Math.ceil(requested))] : [],
  },
  countdown: [
    { header: "x-ratelimit-limit-req-minute", dimension: "rpm", shows: "limit" },
    { header: "x-ratelimit-remaining-req-minute", dimension: "rpm", shows: "remaining" },
    { header: "x-ratelimit-limit-tokens-minute", dimension: "tpm", shows: "limit" },
    { header: "x-ratelimit-remaining-tokens-minute", dimension: "tpm", shows: "remaining" },
  ],
  headers: ({ wallMs, requestId }) => [
    "date",
    httpDate(wallMs),
    "mistral-correlation-id",
    requestId,
    "server",
    "cloudflare",
  ],
  // Asked for or not (mistralai's SDK has no such option, dnakov/anon-kode#53: `stream_options` is refused).
  chat: { usage: "with_finish" },
};
