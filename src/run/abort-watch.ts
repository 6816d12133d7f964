import type { ChaosEvent } from "../core/event.ts";
import type { AbortCondition } from "../core/scenario.ts";

/**
 * `abort_when`: the share of front-door calls that ended badly, over the last `forMs`, in the phase it names.
 * Needs the window to be full, and at least 5 calls in it, so that one early failure does not end a game day.
 */
export function createAbortWatch(
  condition: AbortCondition,
  abort: (detail: string) => void,
): (event: ChaosEvent) => void {
  const window: { atMs: number; bad: boolean }[] = [];
  let watchingSinceMs: number | undefined;
  return (event) => {
    if (event.type === "phase_started") {
      watchingSinceMs = condition.phase === undefined || condition.phase === event.name ? event.t_ms : undefined;
      window.length = 0;
    }
    if (event.type !== "front_door_ended" || watchingSinceMs === undefined) return;
    window.push({ atMs: event.t_ms, bad: endedBadly(event) });
    while (window[0] !== undefined && window[0].atMs < event.t_ms - condition.forMs) window.shift();
    const share = window.filter((call) => call.bad).length / window.length;
    if (
      event.t_ms - watchingSinceMs >= condition.forMs &&
      window.length >= MINIMUM_CALLS &&
      share > condition.errorRateOver
    ) {
      watchingSinceMs = undefined;
      abort(
        `${Math.round(share * 100)} % of front-door calls failed over ${condition.forMs / 1_000} s in ${event.phase}`,
      );
    }
  };
}

const MINIMUM_CALLS = 5;

function endedBadly(event: ChaosEvent<"front_door_ended">): boolean {
  return event.how !== "complete" || event.status >= 400 || event.status === 0;
}
