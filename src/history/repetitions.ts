import type { LogicalCall } from "../core/history.ts";

/** Whether a call that joined to no front-door call was made more than once, all within a given time. */
export function findRepetitions(calls: readonly LogicalCall[]): (fromMs: number, toMs: number) => boolean {
  const repeated = calls
    .flatMap(({ front, attempts }) => {
      const [first, second] = attempts;
      if (front !== undefined || first === undefined || second === undefined) return [];
      return [{ fromMs: first.headAtMs, toMs: second.headAtMs }];
    })
    .sort((a, b) => a.fromMs - b.fromMs);
  return (fromMs, toMs) => {
    let low = 0;
    let high = repeated.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((repeated[middle]?.fromMs ?? 0) < fromMs) low = middle + 1;
      else high = middle;
    }
    for (let one = repeated[low]; one !== undefined && one.fromMs <= toMs; one = repeated[++low])
      if (one.toMs <= toMs) return true;
    return false;
  };
}
