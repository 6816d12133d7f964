import type { LlmCall, ReplyContext, RetryHint, Trouble } from "../../core/dialect.ts";
import type { RefusalDimension } from "../../core/limits.ts";
import { goDuration, wholeMs } from "../shared/go-duration.ts";
import { retryHeaders } from "../shared/retry-hints.ts";
import type { GoogleError, ToldError } from "./envelope.ts";
import { quotaName } from "./quota.ts";

type RateLimit = Extract<Trouble, { kind: "rate_limit" }>;

/** Google sends no header about limits (an absence in its documentation and in every captured reply). */
const DEFAULT_HINTS: readonly RetryHint[] = ["body"];

const TYPE = "type.googleapis.com/google.rpc";
const RATE_LIMITS = "https://ai.google.dev/gemini-api/docs/rate-limits";
const EXCEEDED = `You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: ${RATE_LIMITS}. To monitor your current usage, head to: https://ai.dev/rate-limit. `;

/** What AI Studio's 429 says of one quota. */
export interface Exceeded {
  dimension: RefusalDimension;
  limit: number;
  tier: string | undefined;
  /** Undefined: it does not say. */
  waitMs: number | undefined;
}

/**
 * The 429 of a limit. Production cuts the wait in RetryInfo to whole seconds (`47s` beside `47.434392449s` in the text), so that
 * whoever obeys it comes too early; ours are the same. For a used-up day it was seen to announce less than a minute
 * (itcon-pty-au/stremio-ai-search#170), the rest of a minute's window; ours is the time until the day is over.
 */
export function rateLimitError(trouble: RateLimit, call: LlmCall, context: ReplyContext): ToldError {
  const { refusal } = trouble;
  const hints = trouble.hints ?? (call.provider === "vertex" ? [] : DEFAULT_HINTS);
  const announcedMs = refusal.waitMs === undefined ? undefined : (trouble.announcedMs ?? refusal.waitMs);
  const headers = announcedMs === undefined ? [] : retryHeaders(announcedMs, hints, context.wallMs);
  const waitMs = hints.includes("body") ? announcedMs : undefined;
  if (call.provider === "vertex") return { error: vertexExhausted(waitMs), headers };
  const { dimension, limit, tier } = refusal;
  return { error: quotaExceeded([{ dimension, limit, tier, waitMs }], call), headers };
}

/** Several quotas may be exceeded at once; the first one's wait is announced. */
export function quotaExceeded(exceeded: readonly Exceeded[], call: LlmCall): GoogleError {
  const named = exceeded.map((one) => ({ ...one, ...quotaName(one.dimension, one.tier) }));
  const lines = named.map(
    ({ metric, limit }) => `\n* Quota exceeded for metric: ${metric}, limit: ${limit}, model: ${call.model}`,
  );
  const violations = named.map(({ metric, id, limit }) => ({
    quotaMetric: metric,
    quotaId: id,
    quotaDimensions: { location: "global", model: call.model },
    quotaValue: String(limit),
  }));
  const waitMs = exceeded[0]?.waitMs;
  return {
    code: 429,
    message: `${EXCEEDED}${lines.join("")}${retryText(waitMs)}`,
    status: "RESOURCE_EXHAUSTED",
    details: [
      { "@type": `${TYPE}.Help`, links: [{ description: "Learn more about Gemini API quotas", url: RATE_LIMITS }] },
      { "@type": `${TYPE}.QuotaFailure`, violations },
      ...retryInfo(waitMs),
    ],
  };
}

/** Vertex says neither which quota nor how long to wait (google-gemini/gemini-cli#14811); a wait only when it was asked for. */
function vertexExhausted(waitMs: number | undefined): GoogleError {
  const details = retryInfo(waitMs);
  return {
    code: 429,
    message: `Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.${retryText(waitMs)}`,
    status: "RESOURCE_EXHAUSTED",
    ...(details.length > 0 && { details }),
  };
}

function retryText(waitMs: number | undefined): string {
  return waitMs === undefined ? "" : `\nPlease retry in ${goDuration(waitMs)}.`;
}

function retryInfo(waitMs: number | undefined) {
  return waitMs === undefined ? [] : [{ "@type": `${TYPE}.RetryInfo`, retryDelay: `${wholeMs(waitMs) / 1_000}s` }];
}
