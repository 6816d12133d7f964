import type { FaultContext } from "../../core/fault.ts";
import { type LimitRefusal, type RefusalDimension, windowMs } from "../../core/limits.ts";

/** Slots do not refill: a full house asks for a moment. Milliseconds. */
const CONCURRENCY_WAIT_MS = 1_000;

/**
 * A refusal made up from the wait it shall announce. Limit and Requested are true; the displayed use is computed,
 * `limit + wait × rate − requested`, even beyond the limit, so that the provider's own formula gives that wait.
 * Two roundings stay: a use is a whole number (off by less than one unit of it), and never below zero (one call
 * larger than the whole limit). Without a wait the bucket is just full.
 */
export function scriptedRefusal(
  dimension: RefusalDimension,
  wanted: number | undefined,
  context: FaultContext,
): LimitRefusal & { waitMs: number } {
  const limit = Math.max(1, context.limitOf(dimension));
  const requested = Math.max(1, requestedOf(dimension, context));
  const window = windowMs(dimension);
  if (dimension === "concurrency") {
    return { dimension, limit, used: limit, requested, windowMs: window, waitMs: wanted ?? CONCURRENCY_WAIT_MS };
  }
  const waitMs = wanted ?? (requested * window) / limit;
  // Relative, since a unit of a day is worth minutes: it swallows float dust and no real millisecond.
  const excess = Math.ceil(((waitMs * limit) / window) * (1 - 1e-12));
  const used = Math.max(0, limit + excess - requested);
  return { dimension, limit, used, requested, windowMs: window, waitMs };
}

function requestedOf(dimension: RefusalDimension, { charge }: FaultContext): number {
  switch (dimension) {
    case "rpm":
    case "rpd":
      return charge.requests;
    case "tpm":
    case "tpd":
      return charge.tokens;
    case "itpm":
      return charge.inputTokens;
    case "otpm":
      return charge.outputTokens;
    default:
      return 1;
  }
}
