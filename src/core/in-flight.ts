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

/** How many were there, as steps in time order: `level[i]` from `atMs[i]` until the next step. A run has as many as two for each call. */
export interface Levels {
  atMs: Float64Array;
  level: Int32Array;
}

/** The clock's grain: an attempt lasts at least this long, and an open one until after the last event. Milliseconds. */
const GRAIN_MS = 0.001;

/** Of a whole run they are asked for by several rules and by the report. */
const known = new WeakMap<readonly Attempt[], Levels & { lastMs: number }>();

/**
 * The number of attempts in flight as steps, in time order. At equal times ends come before beginnings: a client's next
 * request on receiving an answer is not in flight beside it. Counted once for the same attempts and last event.
 */
export function inFlightLevels(attempts: readonly Attempt[], lastMs: number): Levels {
  const before = known.get(attempts);
  if (before?.lastMs === lastMs) return before;
  const levels = { ...countLevels(attempts, lastMs), lastMs };
  known.set(attempts, levels);
  return levels;
}

function countLevels(attempts: readonly Attempt[], lastMs: number): Levels {
  const begins = new Float64Array(attempts.length);
  const ends = new Float64Array(attempts.length);
  let count = 0;
  for (const attempt of attempts) {
    const { headAtMs } = attempt;
    begins[count] = headAtMs;
    ends[count++] = Math.max(headAtMs + GRAIN_MS, closedAtMs(attempt) ?? lastMs + GRAIN_MS);
  }
  return levelsOf(begins, ends);
}

/** At equal times ends come first. Sorts what it is given. */
export function levelsOf(begins: Float64Array, ends: Float64Array): Levels {
  begins.sort();
  ends.sort();
  const atMs = new Float64Array(begins.length + ends.length);
  const level = new Int32Array(atMs.length);
  let [begun, ended] = [0, 0];
  for (let i = 0; i < atMs.length; i++) {
    const begin = begins[begun] ?? Number.POSITIVE_INFINITY;
    const end = ends[ended] ?? Number.POSITIVE_INFINITY;
    const isEnd = begun === begins.length || end <= begin;
    atMs[i] = isEnd ? end : begin;
    if (isEnd) ended += 1;
    else begun += 1;
    level[i] = begun - ended;
  }
  return { atMs, level };
}

/** At a given time; 0 before the first step. */
export function levelAt(levels: Levels, ms: number): number {
  return levels.level[stepAt(levels, ms)] ?? 0;
}

/** Which step a time falls into; -1 before the first. */
export function stepAt({ atMs }: Levels, ms: number): number {
  let low = 0;
  let high = atMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((atMs[middle] ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function highestLevel({ level }: Levels): number {
  let highest = 0;
  for (const one of level) if (one > highest) highest = one;
  return highest;
}
