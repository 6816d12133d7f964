import type { Attempt, History, LogicalCall } from "../../core/history.ts";
import { closedAtMs } from "../../core/in-flight.ts";
import { CERTAIN } from "../../core/links.ts";
import { judgedPart } from "../../core/select.ts";

/** The pause before a repeat. */
export interface Gap {
  before: Attempt;
  next: Attempt;
  /** From the end of the one to the head of the other, milliseconds. */
  ms: number;
  /** The wait that was announced; undefined without one. */
  announcedMs: number | undefined;
  /** Which retry it is, from 1: by the caller's own count where it tells one. */
  nth: number;
  /** The caller's own count began again: something around the first layer repeats the whole call. */
  restarted: boolean;
}

/** Several traits are read off the same calls. */
const certain = new WeakMap<History, readonly LogicalCall[]>();

/** Calls of the judged part of a run whose attempts surely belong together. */
export function certainCalls(history: History): readonly LogicalCall[] {
  const calls = certain.get(history) ?? judgedPart(history).logicalCalls.filter(isCertain);
  certain.set(history, calls);
  return calls;
}

function isCertain({ links }: LogicalCall): boolean {
  return links.every(({ confidence }) => confidence >= CERTAIN);
}

/** Of all certain calls; see `gapsOf`. */
export function certainGaps(history: History): Gap[] {
  return certainCalls(history).flatMap((call) => (call.attempts.length > 1 ? gapsOf(call) : []));
}

/** The pauses between attempts of one call. A repeat that was on its way before the other ended (a hedge) has none. */
export function gapsOf({ attempts }: LogicalCall): Gap[] {
  return attempts.flatMap((next, index) => {
    const before = attempts[index - 1];
    const closed = before === undefined ? undefined : closedAtMs(before);
    if (before === undefined || closed === undefined || closed > next.headAtMs) return [];
    const count = next.received.joins.retry_count;
    const countBefore = before.received.joins.retry_count ?? 0;
    return [
      {
        before,
        next,
        ms: next.headAtMs - closed,
        announcedMs: before.refused?.announced_ms,
        nth: count === undefined || count === 0 ? index : count,
        restarted: count === 0 && countBefore > 0,
      },
    ];
  });
}
