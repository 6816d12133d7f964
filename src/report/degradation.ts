import type { Attempt, FrontDoorCall, History } from "../core/history.ts";
import type { DegradationStep, Report } from "../core/report.ts";
import { judgedPart } from "../core/select.ts";

type What = DegradationStep["what"];

/** How the app degraded, in the order in which each way was first seen. Calls before the first phase are left out. */
export function reportDegradation(history: History): Report["degradation"] {
  const first = new Map<What, DegradationStep>();
  const see = (what: What, seen: Seen) => {
    const before = first.get(what);
    if (before === undefined) first.set(what, { what, count: 1, ...seen });
    else {
      before.count++;
      if (seen.atMs < before.atMs) Object.assign(before, seen);
    }
  };
  const judged = judgedPart(history);
  for (const call of judged.frontDoorCalls) for (const what of waysOf(call)) see(what, seenIn(call));
  if (history.frontDoorCalls.length === 0) seeUpstreamSide(judged, see);
  const path = [...first.values()].sort((a, b) => a.atMs - b.atMs);
  const back = recovery(judged.frontDoorCalls);
  return { path: back === undefined ? path : [...path, back], firstSeenMs: path[0]?.atMs ?? null };
}

type Seen = Pick<DegradationStep, "atMs" | "firstSeq" | "concurrency">;

function seenIn({ started, ended }: FrontDoorCall): Seen {
  return { atMs: started.started_at_ms, firstSeq: ended?.seq ?? started.seq, concurrency: started.step ?? null };
}

/** Fewer clean calls at the end than this may be luck. */
const LEAST_CLEAN = 5;

/** The calls that began after the last degraded one, when they are enough to say that it is over. */
function recovery(calls: readonly FrontDoorCall[]): DegradationStep | undefined {
  const inOrder = calls.toSorted((a, b) => a.started.started_at_ms - b.started.started_at_ms);
  const clean = inOrder.slice(inOrder.findLastIndex((call) => waysOf(call).length > 0) + 1);
  const [first] = clean;
  if (first === undefined || clean.length === inOrder.length || clean.length < LEAST_CLEAN) return undefined;
  return { what: "recovers", count: clean.length, ...seenIn(first) };
}

const BY_OUTCOME: Readonly<Record<FrontDoorCall["outcome"], What | undefined>> = {
  served: undefined,
  shed: "sheds",
  failed: "fails",
  cut: "passes on a truncated answer",
  hung: "hangs",
};

function waysOf(call: FrontDoorCall): What[] {
  const ways: What[] = [];
  if (call.flags.has("queued")) ways.push("queues");
  if (call.flags.has("retried")) ways.push("waits and retries");
  if (call.flags.has("fell_back")) ways.push("falls back");
  const bad = BY_OUTCOME[call.outcome];
  return bad === undefined ? ways : [...ways, bad];
}

/** Without a front door only retries and fallbacks can be seen. */
function seeUpstreamSide(history: History, see: (what: What, seen: Seen) => void): void {
  for (const logical of history.logicalCalls) {
    const [head, second] = logical.attempts;
    if (head === undefined) continue;
    if (second !== undefined) see("waits and retries", seenAt(second));
    if (logical.follows?.kind === "fallback") see("falls back", seenAt(head));
  }
}

function seenAt({ headAtMs, received }: Attempt): Seen {
  return { atMs: headAtMs, firstSeq: received.seq, concurrency: null };
}
