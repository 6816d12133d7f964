import type { LogicalCall } from "./history.ts";

/** From this confidence on a link counts as certain. */
export const CERTAIN = 0.9;

/** Share of links that are not certain, of all links (retries, fallbacks and continuations); 0 without links. */
export function ambiguousShare(calls: readonly LogicalCall[]): number {
  let all = 0;
  let ambiguous = 0;
  for (const { links, follows } of calls) {
    for (const { confidence } of follows === undefined ? links : [...links, follows]) {
      all += 1;
      if (confidence < CERTAIN) ambiguous += 1;
    }
  }
  return all === 0 ? 0 : ambiguous / all;
}
