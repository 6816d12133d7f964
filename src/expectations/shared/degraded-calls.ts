import type { FrontDoorCall, History } from "../../core/history.ts";
import { CERTAIN } from "../../core/links.ts";
import { deliveredByFallback, type Place, placeOf, rootFinder } from "./fallbacks.ts";

export const WAYS = ["shed", "fallback", "queue"] as const;
export type Way = (typeof WAYS)[number];

/** One call for which the app took another way than failing. */
export interface Degraded {
  way: Way;
  /** When the way was taken: the refusal's end, or the head of the request that left late or went elsewhere. */
  atMs: number;
  seq: number;
  /** Of a fallback; undefined when only the answer told of it. */
  to?: Place | undefined;
  /** False: it may have been something else. */
  certain: boolean;
}

/**
 * A way counts where it led somewhere: a fallback that failed as well, or a wait that ended in an error, degraded nothing.
 * A fallback shows at the proxy too, so it is seen without a driver; it belongs to the call that it stands in for.
 */
export function degradedCalls(selected: History, whole: History): Degraded[] {
  const atFrontDoor = selected.frontDoorCalls.flatMap(waysOf);
  return [...atFrontDoor, ...atProxyOnly(selected, whole)];
}

function atProxyOnly(selected: History, whole: History): Degraded[] {
  const unjoined = whole.logicalCalls.filter((call) => call.front === undefined && deliveredByFallback(call));
  if (unjoined.length === 0) return [];
  const wanted = new Set(selected.logicalCalls.map(({ id }) => id));
  const rootOf = rootFinder(whole.logicalCalls);
  return unjoined.filter((call) => wanted.has(rootOf(call).id)).map(fallbackBy);
}

function waysOf(call: FrontDoorCall): Degraded[] {
  const { outcome, flags, started, ended, logicalCalls, firstByteAtMs } = call;
  if (outcome !== "served" && outcome !== "shed") return [];
  const atMs = ended?.at_ms ?? started.started_at_ms;
  const seq = ended?.seq ?? started.seq;
  const ways: Degraded[] = [];
  if (outcome === "shed") ways.push({ way: "shed", atMs, seq, certain: call.certain });
  if (flags.has("fell_back") && outcome === "served") {
    const linked = logicalCalls.findLast(deliveredByFallback);
    ways.push(
      linked === undefined ? { way: "fallback", atMs: firstByteAtMs ?? atMs, seq, certain: true } : fallbackBy(linked),
    );
  }
  const first = logicalCalls[0]?.attempts[0];
  if (flags.has("queued") && first !== undefined)
    ways.push({ way: "queue", atMs: first.headAtMs, seq: first.received.seq, certain: true });
  return ways;
}

function fallbackBy(call: FrontDoorCall["logicalCalls"][number]): Degraded {
  const [first] = call.attempts;
  const certain = (call.follows?.confidence ?? 0) >= CERTAIN;
  return { way: "fallback", atMs: first?.headAtMs ?? 0, seq: first?.received.seq ?? 0, to: placeOf(call), certain };
}
