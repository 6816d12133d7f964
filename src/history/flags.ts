import type { Flag, LogicalCall } from "../core/history.ts";
import type { FrontDraft } from "./front-draft.ts";
import type { QueueWatch } from "./queueing.ts";

/** What the app did for a call on its way, whatever came of it. */
export function flagsOf({ id, started, ended, logicalCalls }: FrontDraft, queues: QueueWatch): Set<Flag> {
  const flags = new Set<Flag>();
  if (logicalCalls.some(wasRetried)) flags.add("retried");
  if (ended?.matched.fallback === true || logicalCalls.some(isFallbackThatDelivered)) flags.add("fell_back");
  const firstHead = logicalCalls[0]?.attempts[0]?.headAtMs;
  if (firstHead !== undefined && queues.queued({ id, fromMs: started.started_at_ms, toMs: firstHead }))
    flags.add("queued");
  return flags;
}

function wasRetried({ attempts, follows }: LogicalCall): boolean {
  return attempts.length > 1 || follows?.kind === "continuation";
}

function isFallbackThatDelivered({ attempts, follows }: LogicalCall): boolean {
  return follows?.kind === "fallback" && attempts.at(-1)?.delivered === true;
}
