import type { Attempt } from "./history.ts";

/**
 * The news that a connection is gone can reach us this much later than the client's next request on another one.
 * Milliseconds. A clean end needs none: it is recorded before the client can react to it.
 */
const NEWS_SLACK_MS = 100;

/** When an attempt was over for its client; undefined while it was open at the end of the log. Monotonic milliseconds. */
export function closedAtMs(attempt: Attempt): number | undefined {
  const { ended } = attempt;
  if (ended === undefined) return undefined;
  if (ended.how === "complete") return ended.last_byte_at_ms;
  return Math.max(attempt.headAtMs, ended.t_ms - NEWS_SLACK_MS);
}

/** Attempts open at the same time, from `atMs` until the next entry. */
export interface Level {
  atMs: number;
  level: number;
}

/** The clock's grain: an attempt lasts at least this long, and an open one until after the last event. Milliseconds. */
const GRAIN_MS = 0.001;

/**
 * The number of attempts in flight as steps, in time order. At equal times ends come before beginnings: a client's next
 * request on receiving an answer is not in flight beside it.
 */
export function inFlightLevels(attempts: readonly Attempt[], lastMs: number): Level[] {
  const begins = Float64Array.from(attempts, ({ headAtMs }) => headAtMs);
  const ends = Float64Array.from(attempts, (attempt) =>
    Math.max(attempt.headAtMs + GRAIN_MS, closedAtMs(attempt) ?? lastMs + GRAIN_MS),
  );
  return levelsOf(begins, ends);
}

/** How many are there, as steps in time order; at equal times ends come first. Sorts what it is given. */
export function levelsOf(begins: Float64Array, ends: Float64Array): Level[] {
  begins.sort();
  ends.sort();
  const levels: Level[] = [];
  let level = 0;
  let ended = 0;
  const endUntil = (ms: number) => {
    for (let atMs = ends[ended]; atMs !== undefined && atMs <= ms; atMs = ends[++ended])
      levels.push({ atMs, level: --level });
  };
  for (const atMs of begins) {
    endUntil(atMs);
    levels.push({ atMs, level: ++level });
  }
  endUntil(Number.POSITIVE_INFINITY);
  return levels;
}
