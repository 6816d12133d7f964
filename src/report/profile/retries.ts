import type { Attempt, History, LogicalCall } from "../../core/history.ts";
import { certainCalls, certainGaps } from "./gaps.ts";
import { fromTo, LEAST_SAMPLES, largest, MOSTLY, mostCommon, type Reading, seen, unseen } from "./reading.ts";
import { troubleOf } from "./trouble.ts";

/** From this share of calls on it is what the app does. */
const ALWAYS = 0.9;
/** A retry may still have come when the log ends this soon after the trouble. Milliseconds. */
const PATIENCE_MS = 2_000;
const MOST_KINDS = 4;

/** A call whose first attempt met trouble, and what came of it. */
interface Case {
  call: LogicalCall;
  retries: number;
  /** The last attempt failed too, and nothing came after it. */
  gaveUp: boolean;
}

/** What it repeats and what it does not, and how often: one trait for each kind of trouble. */
export function readRetries(history: History): Reading {
  const byKind = new Map<string, Case[]>();
  const decided = decidedBy(history);
  for (const call of certainCalls(history)) {
    const trouble = call.attempts[0] === undefined ? undefined : troubleOf(call.attempts[0]);
    const found = trouble === undefined ? undefined : caseOf(call, decided);
    if (trouble === undefined || found === undefined) continue;
    const cases = byKind.get(trouble) ?? [];
    byKind.set(trouble, cases);
    cases.push(found);
  }
  if (byKind.size === 0) return unseen("retries", "no call met trouble");
  const kinds = [...byKind].sort(([, a], [, b]) => b.length - a.length);
  const readings = kinds.slice(0, MOST_KINDS).map(([trouble, cases]) => readKind(trouble, cases));
  readings.push(readLayers(history));
  return {
    traits: readings.flatMap(({ traits }) => traits),
    notMeasured: readings.flatMap(({ notMeasured }) => notMeasured),
  };
}

/** Whether nothing more can come after this last attempt: its front-door call is over, or the log went on for long enough. */
function decidedBy({ frontDoorCalls, lastMs }: History): (call: LogicalCall, last: Attempt) => boolean {
  let over: Set<string> | undefined;
  return ({ front }, { endAtMs = lastMs, refused }) => {
    if (lastMs - endAtMs > Math.max(PATIENCE_MS, refused?.announced_ms ?? 0)) return true;
    // Asked for the last few only.
    over ??= overIn(frontDoorCalls);
    return front !== undefined && over.has(front);
  };
}

function overIn(calls: History["frontDoorCalls"]): Set<string> {
  const over = new Set<string>();
  for (const { id, ended } of calls) if (ended !== undefined && ended.how !== "given_up") over.add(id);
  return over;
}

/** Undefined for one that the end of the log came upon. */
function caseOf(call: LogicalCall, decided: ReturnType<typeof decidedBy>): Case | undefined {
  const last = call.attempts.at(-1);
  if (last === undefined) return undefined;
  const retries = call.attempts.length - 1;
  const gaveUp = troubleOf(last) !== undefined && decided(call, last);
  return retries === 0 && !gaveUp ? undefined : { call, retries, gaveUp };
}

function readKind(trouble: string, cases: readonly Case[]): Reading {
  if (cases.length < LEAST_SAMPLES)
    return unseen("retries", `whether it repeats after ${trouble}: only ${cases.length} seen`);
  const retried = cases.filter(({ retries }) => retries > 0);
  const shown = retried.length > 0 ? retried : cases;
  const bounds = retried.filter(({ gaveUp }) => gaveUp).map(({ retries }) => retries);
  const most = largest(cases.map(({ retries }) => retries));
  return seen({
    name: "retries",
    words: inWords(trouble, { share: retried.length / cases.length, bounds, most }),
    numbers: {
      mostRetries: most,
      gaveUp: cases.filter(({ gaveUp }) => gaveUp).length,
      retriedShare: retried.length / cases.length,
    },
    samples: cases.length,
    of: "calls",
    events: (shown[0]?.call.attempts ?? []).map(({ received }) => received.seq),
  });
}

function inWords(
  trouble: string,
  { share, bounds, most }: { share: number; bounds: readonly number[]; most: number },
): string {
  if (share === 0) return `does not repeat after ${trouble}`;
  const part = share >= ALWAYS ? "" : ` in ${Math.round(share * 100)} % of calls`;
  const usual = mostCommon(bounds);
  if (usual === undefined || bounds.length < LEAST_SAMPLES)
    return `retries after ${trouble}${part}, ${most} ${times(most)} at most seen; where it gives up was not seen`;
  if (usual.share >= MOSTLY) return `retries ${usual.value} ${times(usual.value)} after ${trouble}${part}`;
  return `retries ${fromTo(bounds)} times after ${trouble}${part}`;
}

function times(count: number): string {
  return count === 1 ? "time" : "times";
}

/** A client library that counts its retries, and something around it that starts it anew. */
function readLayers(history: History): Reading {
  const restarts = certainGaps(history).filter(({ restarted }) => restarted);
  if (restarts.length < LEAST_SAMPLES) return { traits: [], notMeasured: [] };
  return seen({
    name: "retries",
    words: "two layers retry: something around the client library repeats what that gave up",
    numbers: { restarts: restarts.length },
    samples: restarts.length,
    of: "restarts of the client's retry count",
    events: restarts.map(({ next }) => next.received.seq),
  });
}
