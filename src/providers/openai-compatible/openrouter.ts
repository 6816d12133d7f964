import { headerPairs } from "../../core/exchange.ts";
import { httpDate } from "../shared/retry-hints.ts";
import { remaining } from "./countdown.ts";
import type { CompatibleProvider } from "./words.ts";

const CREDITS = "https://openrouter.ai/settings/credits";

/**
 * Its own errors before a model began have their HTTP status; what fails later is an error under a 200, in the body or in
 * the stream (openrouter.ai/docs, errors). Texts as captured (Gitlawb/openclaude#936, open-assistant-org/open-assistant#80) unless marked.
 */
export const openRouter: CompatibleProvider = {
  provider: "openrouter",
  hosts: ["openrouter.ai"],
  signs: { keys: ["sk-or-"] },
  keepAlive: "OPENROUTER PROCESSING",
  // A fixture's shape, not first-hand: the error beside an empty choice that ends with it.
  streamEnvelope: (envelope, { call, context }) => ({
    id: `gen-${context.requestId}`,
    object: "chat.completion.chunk",
    created: Math.floor(context.wallMs / 1_000),
    model: call.model,
    ...envelope,
    choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
  }),
  errors: {
    quota_exceeded: {
      status: 402,
      message: `Insufficient credits. Add more using ${CREDITS}`,
      code: 402,
      more: { metadata: { limit_source: "openrouter_credits" } },
    },
    // Unverified from here on; the statuses are documented.
    overloaded: { status: 503, message: "No instances available", code: 503 },
    server_error: { status: 500, message: "Internal Server Error", code: 500 },
    bad_gateway: { status: 502, message: "Provider returned error", code: 502 },
    timeout: { status: 408, message: "Request timed out", code: 408 },
    bad_key: { status: 401, message: "No auth credentials found", code: 401 },
    unknown_model: { status: 400, message: "{model} is not a valid model ID", code: 400 },
    context_too_long: {
      status: 400,
      message:
        "This endpoint's maximum context length is {context_length} tokens. However, you requested about {prompt_tokens} tokens. Please reduce the length of either one.",
      code: 400,
    },
    content_filter: {
      status: 403,
      message: "Your input was flagged by moderation.",
      code: 403,
      more: { metadata: { reasons: [], flagged_input: "" } },
    },
    request_too_large: { status: 413, message: "Request body too large", code: 413 },
  },
  limit: {
    hints: ["header", "body"],
    refusal: { status: 429, message: "Rate limit exceeded: {phrase}. ", code: 429 },
    // Its hint beside Retry-After is a time, in a header and in the error.
    again: "",
    // Of the models without a price; others have no limit of OpenRouter's own. What is not requests: unverified.
    phrases: {
      rpm: "free-models-per-min",
      rpd: "free-models-per-day",
      tpm: "tokens-per-min",
      tpd: "tokens-per-day",
      itpm: "tokens-per-min",
      otpm: "tokens-per-min",
      images: "images-per-min",
      concurrency: "concurrent-requests",
    },
    headers: (refusal, untilMs) => [
      "X-RateLimit-Limit",
      String(refusal.limit),
      "X-RateLimit-Remaining",
      String(remaining(refusal)),
      ...(untilMs === undefined ? [] : ["X-RateLimit-Reset", String(Math.ceil(untilMs))]),
    ],
    copy: (headers) => ({ metadata: { headers: Object.fromEntries(headerPairs(headers)) } }),
  },
  // None seen on a success.
  countdown: [],
  headers: ({ wallMs }) => ["date", httpDate(wallMs), "server", "cloudflare"],
};
