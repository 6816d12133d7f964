import type { Clock } from "../core/clock.ts";
import type { EventBody } from "../core/event.ts";
import type { FrontDoorClient } from "./front-door-client.ts";

/** More calls than this are never open at once; further arrivals wait, and their waiting counts from the moment they were due. */
export const MOST_IN_FLIGHT = 1_000;

export interface OpenLoopOptions {
  client: FrontDoorClient;
  perSecond: number;
  clock: Clock;
  /** No call begins after this aborts; arrivals that still wait are dropped. */
  until: AbortSignal;
  emit: (event: EventBody) => void;
  mostInFlight?: number;
}

/** Arrivals at fixed times, whatever the app does: a slow app cannot slow its users down. Resolves when the last call has ended. */
export function runOpenLoop(options: OpenLoopOptions): Promise<void> {
  const { client, perSecond, clock, until, emit, mostInFlight = MOST_IN_FLIGHT } = options;
  const firstAtMs = clock.nowMs();
  let arrived = 0;
  let bounded = false;
  let cancelTimer = () => {};

  const startDue = () => {
    cancelTimer();
    while (!until.aborted) {
      const dueAtMs = firstAtMs + (arrived * 1_000) / perSecond;
      const waitMs = dueAtMs - clock.nowMs();
      if (waitMs > 0) {
        cancelTimer = clock.after(waitMs, startDue);
        return;
      }
      if (client.running >= mostInFlight) return sayBounded();
      arrived++;
      void client.call({ dueAtMs }).then(startDue);
    }
  };
  const sayBounded = () => {
    if (bounded) return;
    bounded = true;
    const text = `${mostInFlight} calls are open at once; the driver opens no more, later ones wait and are measured from when they were due`;
    emit({ type: "warning", code: "load_bound", text });
  };

  return new Promise((resolve) => {
    const onStop = () => {
      cancelTimer();
      resolve(client.idle());
    };
    until.addEventListener("abort", onStop, { once: true });
    if (until.aborted) onStop();
    else startDue();
  });
}
