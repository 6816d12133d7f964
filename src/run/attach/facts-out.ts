import type { ChaosControl } from "../../control/index.ts";
import type { EventBody } from "../../core/event.ts";

/** Facts go out together when this much time has passed. Milliseconds. */
const GATHER_MS = 20;
const MOST_AT_ONCE = 500;
const RETRY_MS = 500;
/** A proxy that is away for longer has no use for them. */
const MOST_RETRIES = 20;

/** What a driver here sees, on its way into a proxy's log, in order. */
export interface FactsOut {
  send(event: EventBody): void;
  /** Resolves with the last sequence number given to any of them, when all are there. */
  flushed(): Promise<number>;
}

type Fact = Parameters<ChaosControl["append"]>[0]["events"][number];

export function createFactsOut(
  control: Pick<ChaosControl, "append">,
  { source, shiftMs, onLost }: { source: string; shiftMs: number; onLost(why: string): void },
): FactsOut {
  const queue: Fact[] = [];
  let lastSeq = 0;
  let sending: Promise<void> | undefined;

  const sendAll = async () => {
    await pause(GATHER_MS);
    for (let failures = 0; queue.length > 0; ) {
      const events = queue.slice(0, MOST_AT_ONCE);
      try {
        // The channel moves times by the difference of two clocks: ours says how far the proxy's is ahead.
        lastSeq = (await control.append({ events: events.map((event) => moved(event, shiftMs)), source })).last_seq;
        queue.splice(0, events.length);
        failures = 0;
      } catch (error) {
        failures++;
        if (failures > MOST_RETRIES) {
          queue.length = 0;
          onLost(error instanceof Error ? error.message : String(error));
          return;
        }
        await pause(RETRY_MS);
      }
    }
  };
  const start = () => {
    sending ??= sendAll().finally(() => {
      sending = undefined;
      if (queue.length > 0) start();
    });
  };
  return {
    send(event) {
      queue.push(asFact(event));
      start();
    },
    async flushed() {
      while (sending !== undefined) await sending;
      return lastSeq;
    },
  };
}

const TAKEN = /^(front_door_|load_step_|self_delay$)/;

/** What the channel does not take from others as it is (the state of the app, a warning) goes in as a mark. */
function asFact(event: EventBody): Fact {
  if (TAKEN.test(event.type)) return event as Fact;
  const { type, ...facts } = event;
  return { type: "mark", label: type, facts };
}

function moved(fact: Fact, shiftMs: number): Fact {
  const times = ["due_at_ms", "started_at_ms", "at_ms"];
  const entries = Object.entries(fact).map(([name, value]) => [
    name,
    times.includes(name) && typeof value === "number" ? value + shiftMs : value,
  ]);
  return Object.fromEntries(entries);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
