import type { Flag, LogicalCall } from "../core/history.ts";
import type { FrontDraft } from "./front-draft.ts";
import { longestWait, type QueueWatch } from "./queueing.ts";

/** What the app did for a call on its way, whatever came of it. */
export function flagsOf(draft: FrontDraft, queues: QueueWatch): ReadonlySet<Flag> {
  const { ended, logicalCalls } = draft;
  const retried = logicalCalls.some(wasRetried);
  const fellBack = ended?.matched.fallback === true || logicalCalls.some(isFallbackThatDelivered);
  const wait = longestWait(draft);
  const queued = wait !== undefined && queues.queued(wait);
  return SETS[(retried ? 1 : 0) + (fellBack ? 2 : 0) + (queued ? 4 : 0)] ?? NO_FLAGS;
}

export const NO_FLAGS: ReadonlySet<Flag> = new Set();
/** A run has few kinds of calls and many of each, so that those with equal flags share one set. */
const SETS: readonly ReadonlySet<Flag>[] = Array.from({ length: 8 }, (_, bits) => {
  const flags: readonly Flag[] = ["retried", "fell_back", "queued"];
  return new Set(flags.filter((_flag, n) => (bits & (1 << n)) !== 0));
});

function wasRetried({ attempts, follows }: LogicalCall): boolean {
  return attempts.length > 1 || follows?.kind === "continuation";
}

function isFallbackThatDelivered({ attempts, follows }: LogicalCall): boolean {
  return follows?.kind === "fallback" && attempts.at(-1)?.delivered === true;
}
