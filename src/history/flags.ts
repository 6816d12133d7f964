import type { Flag, LogicalCall } from "../core/history.ts";
import type { FrontDraft } from "./front-draft.ts";
import { longestWait, type QueueWatch } from "./queueing.ts";

/** What the app did for a call on its way, whatever came of it. */
export function flagsOf(draft: FrontDraft, queues: QueueWatch): Set<Flag> {
  const { ended, logicalCalls } = draft;
  const flags = new Set<Flag>();
  if (logicalCalls.some(wasRetried)) flags.add("retried");
  if (ended?.matched.fallback === true || logicalCalls.some(isFallbackThatDelivered)) flags.add("fell_back");
  const wait = longestWait(draft);
  if (wait !== undefined && queues.queued(wait)) flags.add("queued");
  return flags;
}

function wasRetried({ attempts, follows }: LogicalCall): boolean {
  return attempts.length > 1 || follows?.kind === "continuation";
}

function isFallbackThatDelivered({ attempts, follows }: LogicalCall): boolean {
  return follows?.kind === "fallback" && attempts.at(-1)?.delivered === true;
}
