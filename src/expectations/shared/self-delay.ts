import type { History } from "../../core/history.ts";

/** A delay is told at the end of the span of this length in which it happened. Milliseconds. */
const TOLD_WITHIN_MS = 500;

/**
 * How late our own loop may have been at a given time, in milliseconds: the error of what was measured then.
 * 0 while it kept up.
 */
export function ownLateness({ selfDelays }: History): (ms: number) => number {
  const delays = selfDelays
    .filter(({ who }) => who === "proxy")
    .map(({ t_ms, late_ms }) => ({ fromMs: t_ms - late_ms - TOLD_WITHIN_MS, toMs: t_ms, lateMs: late_ms }))
    .sort((a, b) => a.toMs - b.toMs);
  return (ms) => {
    let low = 0;
    let high = delays.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((delays[middle]?.toMs ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    const next = delays[low];
    return next !== undefined && next.fromMs <= ms ? next.lateMs : 0;
  };
}
