import type { FrontDoorCall, History } from "../core/history.ts";
import type { DegradationStep, Report } from "../core/report.ts";

type What = DegradationStep["what"];

/** How the app degraded, in the order in which each way was first seen. Calls before the first phase are left out. */
export function reportDegradation(history: History): Report["degradation"] {
  const first = new Map<What, DegradationStep>();
  const see = (what: What, at: { atMs: number; seq: number }) => {
    const before = first.get(what);
    if (before === undefined) first.set(what, { what, atMs: at.atMs, count: 1, firstSeq: at.seq });
    else {
      before.count++;
      if (at.atMs < before.atMs) Object.assign(before, { atMs: at.atMs, firstSeq: at.seq });
    }
  };
  for (const call of history.frontDoorCalls) {
    if (call.phase === "startup") continue;
    for (const what of waysOf(call))
      see(what, { atMs: call.started.started_at_ms, seq: call.ended?.seq ?? call.started.seq });
  }
  if (history.frontDoorCalls.length === 0) seeUpstreamSide(history, see);
  const path = [...first.values()].sort((a, b) => a.atMs - b.atMs);
  return { path, firstSeenMs: path[0]?.atMs ?? null };
}

function waysOf(call: FrontDoorCall): What[] {
  const ways: What[] = [];
  if (call.flags.has("queued")) ways.push("queues");
  if (call.flags.has("retried")) ways.push("waits and retries");
  if (call.flags.has("fell_back")) ways.push("falls back");
  const byOutcome: Record<FrontDoorCall["outcome"], What | undefined> = {
    served: undefined,
    shed: "sheds",
    failed: "fails",
    cut: "passes on a truncated answer",
    hung: "hangs",
  };
  const bad = byOutcome[call.outcome];
  return bad === undefined ? ways : [...ways, bad];
}

/** Without a front door only retries and fallbacks can be seen. */
function seeUpstreamSide(history: History, see: (what: What, at: { atMs: number; seq: number }) => void): void {
  for (const logical of history.logicalCalls) {
    const [head, second] = logical.attempts;
    if (head === undefined || head.phase === "startup") continue;
    if (second !== undefined) see("waits and retries", { atMs: second.headAtMs, seq: second.received.seq });
    if (logical.follows?.kind === "fallback") see("falls back", { atMs: head.headAtMs, seq: head.received.seq });
  }
}
