import type { Attempt, Link, LogicalCall } from "../../core/history.ts";
import { CERTAIN } from "../../core/links.ts";

/** An attempt that repeats an earlier one of the same logical call. */
export interface Retry {
  call: LogicalCall;
  before: Attempt;
  attempt: Attempt;
  link: Link;
  /** 1 is the first retry of its call. */
  position: number;
}

/** All retries of these calls, call by call, each call's in order. */
export function retriesOf(calls: readonly LogicalCall[]): Retry[] {
  return calls.flatMap((call) =>
    call.links.flatMap((link, i): Retry[] => {
      const [before, attempt] = call.attempts.slice(i, i + 2);
      return before === undefined || attempt === undefined ? [] : [{ call, before, attempt, link, position: i + 1 }];
    }),
  );
}

/** That it repeats the earlier one is beyond doubt. */
export const isCertain = ({ link }: Retry): boolean => link.confidence >= CERTAIN;

/** When an attempt was over for its client, as exactly as the log knows it. Undefined: it never ended. Milliseconds. */
export function overAtMs({ ended }: Attempt): number | undefined {
  if (ended === undefined) return undefined;
  return ended.how === "complete" ? ended.last_byte_at_ms : ended.t_ms;
}
