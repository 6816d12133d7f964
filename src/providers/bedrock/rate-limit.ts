import type { ReplyContext, RetryHint, Trouble } from "../../core/dialect.ts";
import type { RefusalDimension } from "../../core/limits.ts";
import { goDuration, wholeMs } from "../shared/go-duration.ts";
import { retryHeaders } from "../shared/retry-hints.ts";
import type { BedrockError } from "./error.ts";

type RateLimit = Extract<Trouble, { kind: "rate_limit" }>;

/** Bedrock announces nothing: neither a header nor the text tells a wait (epam/ai-dial-adapter-bedrock#371). */
const DEFAULT_HINTS: readonly RetryHint[] = [];

/** Milliseconds; what AWS' clients look for where others look for `retry-after-ms`. */
export const RETRY_AFTER_MS = "x-amz-retry-after";

/** As captured: i-dot-ai/caddy-chatbot#97, epam/ai-dial-adapter-bedrock#371, minorun365/agent-book#29. */
const REQUESTS =
  "Too many requests, please wait before trying again. You have sent too many requests. Wait before trying again.";
const TOKENS = "Too many tokens, please wait before trying again.";
const TOKENS_PER_DAY = "Too many tokens per day, please wait before trying again.";

/** Requests per day, input and output apart, images and concurrency are no quotas of this service: they get the nearest words. */
const TEXTS: Readonly<Record<RefusalDimension, string>> = {
  rpm: REQUESTS,
  rpd: REQUESTS,
  tpm: TOKENS,
  itpm: TOKENS,
  otpm: TOKENS,
  tpd: TOKENS_PER_DAY,
  images: REQUESTS,
  concurrency: REQUESTS,
};

/** The 429 of a quota. Which number was exceeded, it never says; a wait only when a scenario asks for it. */
export function rateLimitError(trouble: RateLimit, context: ReplyContext): BedrockError {
  const { refusal, hints = DEFAULT_HINTS } = trouble;
  const announcedMs = refusal.waitMs === undefined ? undefined : (trouble.announcedMs ?? refusal.waitMs);
  const headers = announcedMs === undefined ? [] : waitHeaders(announcedMs, hints, context.wallMs);
  return {
    status: 429,
    name: "ThrottlingException",
    message: TEXTS[refusal.dimension] + spokenWait(trouble),
    headers,
  };
}

function waitHeaders(waitMs: number, hints: readonly RetryHint[], wallMs: number): string[] {
  const usual = hints.filter((hint) => hint !== "ms_header");
  const exact = usual.length < hints.length ? [RETRY_AFTER_MS, String(wholeMs(waitMs))] : [];
  // The client takes the first of the two: the exact one, as with the headers of others.
  return [...exact, ...retryHeaders(waitMs, usual, wallMs)];
}

function spokenWait({ refusal, hints, announcedMs }: RateLimit): string {
  if (hints?.includes("body") !== true || refusal.waitMs === undefined) return "";
  // A lie stands in the headers, and in the text only where no header carries it.
  const spokenMs = hints.some((hint) => hint !== "body") ? refusal.waitMs : (announcedMs ?? refusal.waitMs);
  return ` Please try again in ${goDuration(spokenMs)}.`;
}
