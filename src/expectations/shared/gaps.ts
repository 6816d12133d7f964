import type { Attempt, History } from "../../core/history.ts";
import { overAtMs, type Retry, retriesOf } from "./retries.ts";
import { ownLateness } from "./self-delay.ts";

/** Shorter waits are all the same: the time a client needs to send a request. Milliseconds. */
const GRAIN_MS = 20;
/** A wait is void when our own loop may have changed it by more than this share: a wait that doubled would still be seen to grow. */
const MOST_ERROR = 0.25;

/** The wait before a retry that nobody had told how long to wait. */
export interface Gap {
  failed: Attempt;
  attempt: Attempt;
  /** Milliseconds, at least the grain. */
  ms: number;
  /** The share of it by which our own late loop may have changed it. */
  error: number;
  /** Waits of one kind should be alike: the n-th retry, after the same status. In words. */
  kind: string;
  /** The wait before it in the same call, after the same status and by the same layer. */
  before: Gap | undefined;
}

/** Waits after failures without an announced wait, and how many were void because our own loop was late. */
export function gapsOf(history: History): { gaps: Gap[]; voided: number } {
  const lateness = ownLateness(history);
  const gaps: Gap[] = [];
  let voided = 0;
  let last: Gap | undefined;
  for (const retry of retriesOf(history.logicalCalls)) {
    const gap = gapOf(retry);
    const { before: failed, attempt } = retry;
    if (gap === undefined) continue;
    gap.error = Math.max(lateness(overAtMs(failed) ?? 0), lateness(attempt.headAtMs)) / gap.ms;
    if (gap.error > MOST_ERROR) {
      voided += 1;
      continue;
    }
    if (last?.attempt === failed && statusOf(last.failed) === statusOf(failed)) gap.before = last;
    gaps.push(gap);
    last = gap;
  }
  return { gaps, voided };
}

function gapOf({ before: failed, attempt, position }: Retry): Gap | undefined {
  const overMs = overAtMs(failed);
  if (overMs === undefined || failed.refused?.announced_ms !== undefined || startsOver(failed, attempt))
    return undefined;
  const ms = Math.max(GRAIN_MS, attempt.headAtMs - overMs);
  return {
    failed,
    attempt,
    ms,
    error: 0,
    kind: `before retry ${position} after ${statusOf(failed)}`,
    before: undefined,
  };
}

/** The client library gave up and something around it began again. */
function startsOver(failed: Attempt, attempt: Attempt): boolean {
  return (failed.received.joins.retry_count ?? 0) > 0 && attempt.received.joins.retry_count === 0;
}

function statusOf({ ended }: Attempt): string {
  const status = ended?.status ?? 0;
  return status === 0 ? "no answer" : String(status);
}
