import type { Attempt } from "../../core/history.ts";

/** When and by which event an attempt met trouble that was not the app's doing; undefined when it met none. */
export function troubleOf(attempt: Attempt): { atMs: number; seq: number } | undefined {
  const { refused, upstreamFailed, truncated, ended, faults } = attempt;
  // A refusal by the budget is ours, not the wall.
  if (refused !== undefined && refused.origin !== "budget") return { atMs: refused.t_ms, seq: refused.seq };
  if (upstreamFailed !== undefined) return { atMs: upstreamFailed.t_ms, seq: upstreamFailed.seq };
  const applied = faults.find(({ appliedSeq }) => appliedSeq !== undefined)?.appliedSeq;
  if (applied !== undefined) return { atMs: attempt.headAtMs, seq: applied };
  if (truncated && ended !== undefined) return { atMs: ended.last_byte_at_ms, seq: ended.seq };
  return undefined;
}

/** The earliest trouble of all attempts. */
export function firstTrouble(attempts: readonly Attempt[]): { atMs: number; seq: number } | undefined {
  let first: { atMs: number; seq: number } | undefined;
  for (const attempt of attempts) {
    const trouble = troubleOf(attempt);
    if (trouble !== undefined && (first === undefined || trouble.atMs < first.atMs)) first = trouble;
  }
  return first;
}
