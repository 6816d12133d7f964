/** What a provider counts. Requests and tokens, per minute and per day; itpm and otpm where input and output are apart. */
export const DIMENSIONS = ["rpm", "tpm", "rpd", "tpd", "itpm", "otpm"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Dimensions a refusal can name without being counted here. */
export type RefusalDimension = Dimension | "images" | "concurrency";

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** Whether a dimension, as events name it, counts requests, of which a call is one; the others count tokens. */
export function countsRequests(dimension: string): boolean {
  return dimension === "rpm" || dimension === "rpd";
}

/** The provider's window of a dimension, in milliseconds. */
export function windowMs(dimension: RefusalDimension): number {
  return dimension === "rpd" || dimension === "tpd" ? DAY_MS : MINUTE_MS;
}

/** What one call costs, as the provider estimates it before answering. */
export interface Charge {
  requests: number;
  /** Tokens of the prompt, estimated from characters. */
  inputTokens: number;
  /** The output the call reserves (its maximum, or 0 where the provider does not reserve). */
  outputTokens: number;
  /** What counts on tpm and tpd. For OpenAI: max(maximum output, estimate), not their sum. */
  tokens: number;
  /** The most output the call allows, where `outputTokens` does not reserve it: for a limit that does after all. */
  maxOutputTokens?: number;
  /** How many tokens of tpm and tpd a token of real output costs, when the call is settled. Default 1. */
  outputWeight?: number;
}

/** Usage as the reply tells it. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  /** Part of inputTokens that came from the provider's cache. */
  cachedTokens?: number;
  /** Part of inputTokens that was written to the cache, where that has a price of its own. */
  cacheWrittenTokens?: number;
}

/** One counted dimension, read at one moment. `used` is after the call's own charge when it was admitted. */
export interface DimensionReading {
  dimension: Dimension;
  limit: number;
  used: number;
  windowMs: number;
  /** Milliseconds until the bucket is full again. */
  resetMs: number;
}

/** A refusal with arithmetic that agrees: for a refilled bucket, wait = (used + requested − limit) / (limit / window). */
export interface LimitRefusal {
  dimension: RefusalDimension;
  limit: number;
  used: number;
  requested: number;
  /** The announced wait in milliseconds; undefined when waiting cannot help (one request above the limit). */
  waitMs: number | undefined;
  windowMs: number;
  /** Of the limit that refuses, for a provider that names it in the refusal: `free`, `tier-1`. */
  tier?: string;
}

export interface AdmissionRequest {
  provider: string;
  model: string;
  keyHash: string;
  charge: Charge;
  /**
   * Output tokens of this call so far, estimated; never fewer than before. Asked for at each decision, where output is counted
   * as it is produced; without it such a call counts only when it is settled.
   */
  producedTokens?: () => number;
}

export type Admission =
  | { admitted: true; readings: readonly DimensionReading[]; settle(outcome: Settlement): void }
  | { admitted: false; readings: readonly DimensionReading[]; refusal: LimitRefusal };

/** How an admitted call ended, for the settling of its reservation. Called once. */
export interface Settlement {
  usage: Usage | undefined;
  /** Output tokens seen when there was no usage (an aborted stream). */
  seenOutputTokens: number;
}

/** Counted limits. Synchronous and pure of I/O; the time comes from the clock it was made with. */
export interface Limiter {
  admit(request: AdmissionRequest): Admission;
  /** The largest utilisation now, per dimension, over all buckets. */
  readings(): readonly DimensionReading[];
  /** Empties every bucket to about one call's charge, for a ramp that starts at the wall. */
  drainToOneCall(): void;
  /** Virtual limits off (panic): everything is admitted from now on. */
  disable(): void;
  /** False: there is nothing to count by, and asking would only cost time. Default true. */
  readonly counting?: boolean;
}

/** One row of the shipped tiers, or the scenario's own numbers. */
export interface LimitSpec {
  /** For people: `openai/tier-1 gpt-4o`, or the scenario's place. */
  label: string;
  provider?: string;
  /** The provider's name of the tier whose numbers these are, such as `free` or `tier-1`. */
  tier?: string;
  /** Exact model name; undefined: every model has a bucket of its own. With `models`, the name of the class. */
  model?: string;
  /** A class of models that share one bucket: their exact names, or with `*` for any run of characters. */
  models?: readonly string[];
  per: "key+model" | "key" | "all";
  limits: Partial<Record<Dimension, number>>;
  /** How output tokens per minute are counted: as they come, or by the call's maximum when it is admitted. Default: as the provider does. */
  output?: "as_produced" | "reserved";
  /** Whether input from the provider's cache counts on input tokens per minute. Default: as the provider does. */
  cachedInputCounts?: boolean;
  /** The shortest window in which requests per minute are judged, where the provider judges by parts of a minute. Milliseconds; default: as the provider does. */
  requestWindowMs?: number;
  /** Where the numbers come from and when they were read. */
  source?: string;
  date?: string;
}
