import type { Attempt } from "../core/history.ts";
import { closedAtMs } from "../core/in-flight.ts";
import { CERTAIN } from "../core/links.ts";
import { dueAtMs } from "./waiting-list.ts";

/** Without a mark that joins them, nobody is waited for longer than this after the announced time. */
const LONGEST_GAP_MS = 120_000;

/** A return this close to the announced time is no accident. Client libraries round up and start late, never early by much. */
const FITS_EARLY_MS = 50;
const FITS_LATE_MS = 500;
/** A shorter announced wait is met by chance. */
const TELLING_WAIT_MS = 250;

/** Too long ago to be the reason for this request. */
export function isTooLongAgo(predecessor: Attempt, atMs: number): boolean {
  return atMs - dueAtMs(predecessor) > LONGEST_GAP_MS;
}

/** The request came when the refusal had said to come. */
export function fitsAnnouncedTime(predecessor: Attempt, attempt: Attempt): boolean {
  const announced = predecessor.refused?.announced_ms ?? 0;
  const late = attempt.headAtMs - dueAtMs(predecessor);
  return announced >= TELLING_WAIT_MS && late >= -FITS_EARLY_MS && late <= FITS_LATE_MS;
}

/** What the traces say: the same one, different ones, or nothing. */
function traces(a: Attempt, b: Attempt): "same" | "different" | "unknown" {
  const [one, other] = [a.received.joins.trace_id, b.received.joins.trace_id];
  if (one === undefined || other === undefined) return "unknown";
  return one === other ? "same" : "different";
}

/**
 * How sure it is that equal text means the same call, from best to worst: both belong to one front-door call or trace;
 * the text occurs only in this chain; it came at the announced time; anything else may be a new call with the same text.
 */
export function confidenceOfEqualText(
  predecessor: Attempt,
  attempt: Attempt,
  facts: { sameFront: boolean; textIsReused: boolean },
): number {
  const trace = traces(predecessor, attempt);
  if (facts.sameFront || trace === "same") return 0.95;
  if (trace === "different") return 0.6;
  return !facts.textIsReused || fitsAnnouncedTime(predecessor, attempt) ? CERTAIN : 0.6;
}

/** The texts that occur more than once. Whatever has one of its own has neither a predecessor nor a successor by it. */
export function findRepeatedTexts(attempts: readonly Attempt[], textOf: (attempt: Attempt) => string): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const attempt of attempts) {
    const text = textOf(attempt);
    const before = seen.size;
    if (seen.add(text).size === before) repeated.add(text);
  }
  return repeated;
}

/**
 * Texts (by `keyOf`) that are used for more than one call: seen again while an earlier request was open or after one had delivered.
 * `attempts` in order of their heads.
 */
export function findReusedTexts(attempts: readonly Attempt[], keyOf: (attempt: Attempt) => string): Set<string> {
  const reused = new Set<string>();
  const busyUntil = new Map<string, number>();
  for (const attempt of attempts) {
    const key = keyOf(attempt);
    const until = busyUntil.get(key) ?? Number.NEGATIVE_INFINITY;
    if (until > attempt.headAtMs) reused.add(key);
    const closed = attempt.delivered ? Number.POSITIVE_INFINITY : (closedAtMs(attempt) ?? Number.POSITIVE_INFINITY);
    busyUntil.set(key, Math.max(until, closed));
  }
  return reused;
}
