import type { History } from "../../core/history.ts";

/** Whether our own loop was late at a given time: what was measured then says more about us than about the app. */
export function ownLateness({ selfDelays }: History): (ms: number) => boolean {
  const delays = selfDelays
    .filter(({ who }) => who === "proxy")
    .map(({ t_ms, late_ms }) => ({ fromMs: t_ms - late_ms, toMs: t_ms }))
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
    return next !== undefined && next.fromMs <= ms;
  };
}
