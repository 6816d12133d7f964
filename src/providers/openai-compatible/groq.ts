import type { LlmCall } from "../../core/dialect.ts";
import type { Charge } from "../../core/limits.ts";
import { httpDate } from "../shared/retry-hints.ts";
import type { CompatibleProvider } from "./words.ts";

const UPGRADE = "Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing";
const PLACE = "model `{model}` in organization `{organization}` service tier `on_demand` on {phrase}";

/** Texts as captured (continuedev/continue#10920 and #10218, elizaOS/eliza#4040, OpenHands/OpenHands#1902) unless marked. */
export const groq: CompatibleProvider = {
  provider: "groq",
  hosts: ["api.groq.com"],
  signs: { userAgents: ["Groq/"], keys: ["gsk_"] },
  errors: {
    // Documented without its text (console.groq.com/docs/spend-limits): "a 400 with code blocked_api_access".
    quota_exceeded: {
      status: 400,
      message: "API access is blocked because the organization has reached its spend limit.",
      type: "invalid_request_error",
      code: "blocked_api_access",
    },
    // Unverified wording of these three.
    overloaded: {
      status: 503,
      message: "Service Unavailable",
      type: "internal_server_error",
      code: "service_unavailable",
    },
    server_error: { status: 500, message: "Internal Server Error", type: "internal_server_error" },
    request_too_large: {
      status: 413,
      message: "Request Entity Too Large",
      type: "invalid_request_error",
      code: "request_too_large",
    },
    bad_gateway: "page",
    timeout: "page",
    bad_key: { status: 401, message: "Invalid API Key", type: "invalid_request_error", code: "invalid_api_key" },
    unknown_model: {
      status: 404,
      message: "The model `{model}` does not exist or you do not have access to it.",
      type: "invalid_request_error",
      code: "model_not_found",
    },
    context_too_long: {
      status: 400,
      message: "Please reduce the length of the messages or completion.",
      type: "invalid_request_error",
      param: "messages",
      code: "context_length_exceeded",
    },
    // Groq itself filters nothing; unverified.
    content_filter: {
      status: 400,
      message: "The request was flagged by the content policy.",
      type: "invalid_request_error",
      code: "content_policy_violation",
    },
  },
  limit: {
    hints: ["header", "body"],
    refusal: {
      status: 429,
      message: `Rate limit reached for ${PLACE}: Limit {limit}, Used {used}, Requested {requested}.{again} ${UPGRADE}`,
      code: "rate_limit_exceeded",
    },
    tooLarge: {
      status: 413,
      message: `Request too large for ${PLACE}: Limit {limit}, Requested {requested}, please reduce your message size and try again. ${UPGRADE}`,
      code: "rate_limit_exceeded",
    },
    again: " Please try again in {wait}.",
    types: { requests: "requests", tokens: "tokens" },
    // "per minute", where OpenAI says "per min". Images and concurrency are not counted there.
    phrases: {
      rpm: "requests per minute (RPM)",
      rpd: "requests per day (RPD)",
      tpm: "tokens per minute (TPM)",
      tpd: "tokens per day (TPD)",
      itpm: "input tokens per minute (ITPM)",
      otpm: "output tokens per minute (OTPM)",
      images: "images per minute",
      concurrency: "concurrent requests",
    },
  },
  // "Always refers to Requests Per Day" and "always refers to Tokens Per Minute" (console.groq.com/docs/rate-limits).
  countdown: [
    { header: "x-ratelimit-limit-requests", dimension: "rpd", shows: "limit" },
    { header: "x-ratelimit-limit-tokens", dimension: "tpm", shows: "limit" },
    { header: "x-ratelimit-remaining-requests", dimension: "rpd", shows: "remaining" },
    { header: "x-ratelimit-remaining-tokens", dimension: "tpm", shows: "remaining" },
    { header: "x-ratelimit-reset-requests", dimension: "rpd", shows: "reset" },
    { header: "x-ratelimit-reset-tokens", dimension: "tpm", shows: "reset" },
  ],
  headers: ({ wallMs, requestId }) => ["date", httpDate(wallMs), "x-request-id", requestId, "server", "cloudflare"],
  charge,
  chat: {
    firstChunk: ({ id }) => ({ x_groq: { id: `req_${id}` } }),
    lastChunk: ({ id }, usage) => ({ x_groq: { id: `req_${id}`, usage } }),
  },
};

/** The prompt and the whole maximum output are reserved: their sum, not the larger (sohzm/cheating-daddy#468). */
function charge(call: LlmCall): Charge {
  const outputTokens = call.maxOutputTokens ?? 0;
  const { inputTokens } = call;
  return { requests: 1, inputTokens, outputTokens, tokens: Math.max(1, inputTokens + outputTokens) };
}
