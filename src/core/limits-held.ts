import type { History } from "./history.ts";
import type { LimitSpec } from "./limits.ts";

/** The counted limits that an event met: the scenario's, or those that a controller set last before it. */
export function limitsAt({ scenario, limitChanges }: LimitsOfRun, seq: number): readonly LimitSpec[] {
  const last = limitChanges.length === 0 ? undefined : limitChanges.findLast((change) => change.seq <= seq);
  return last?.limits ?? scenario?.limits ?? [];
}

/** Those that were counted last: panic, or a controller, may have taken all away before the end. */
export function lastCountedLimits({ scenario, limitChanges }: LimitsOfRun): readonly LimitSpec[] {
  return limitChanges.findLast(({ limits }) => limits.length > 0)?.limits ?? scenario?.limits ?? [];
}

/** Whether anything was counted at any time. */
export function hasCountedLimits({ scenario, limitChanges }: LimitsOfRun): boolean {
  return (scenario?.limits ?? []).length > 0 || limitChanges.some(({ limits }) => limits.length > 0);
}

type LimitsOfRun = Pick<History, "scenario" | "limitChanges">;
