import { isNormalEnd } from "../../core/event.ts";
import type { History } from "../../core/history.ts";

/** Why the run was not played to its end, in words; undefined when it was. */
export function stoppedEarly({ ended }: History): string | undefined {
  if (ended === undefined) return "the run's end is not in the log: it still goes on, or was killed";
  if (isNormalEnd(ended.why)) return undefined;
  return `the run was stopped early (${ended.why})`;
}
