import { type Clock, sleep } from "../core/clock.ts";
import type { EventBody } from "../core/event.ts";
import { createRng } from "../core/rng.ts";
import { runClosedLoop } from "./closed-loop.ts";
import { createFrontDoorClient } from "./front-door-client.ts";
import { createLoopWatch } from "./loop-watch.ts";
import { runOpenLoop } from "./open-loop.ts";
import type { DriverSetup, KeyPrint, StepNotice } from "./protocol.ts";
import { runRamp } from "./ramp.ts";

export interface LoadRunOptions {
  setup: DriverSetup;
  clock: Clock;
  emit: (event: EventBody) => void;
  /** Resolves when the step may go on. */
  onStep(step: StepNotice): Promise<void>;
}

/** The load of a run, whichever kind it is. */
export interface LoadRun {
  /** Resolves at the end of a ramp, or when it was stopped. */
  start(): Promise<void>;
  /** A key that answers must not show. */
  knowKey(key: KeyPrint): void;
  /** Begins no call any more, lets running ones end for up to `drainMs`, then gives them up (they end as `deadline`). */
  stop(drainMs: number): Promise<void>;
}

export function createLoadRun({ setup, clock, emit, onStep }: LoadRunOptions): LoadRun {
  const { load, trust } = setup;
  const rng = createRng(setup.seed).fork("load");
  const client = createFrontDoorClient(setup, clock, emit);
  const stopping = new AbortController();
  const until = stopping.signal;
  let running: Promise<void> = Promise.resolve();

  const play = async () => {
    const watch = createLoopWatch(clock, trust, emit);
    try {
      if (load.kind === "closed") await runClosedLoop({ client, concurrency: load.concurrency, clock, rng, until });
      else if (load.kind === "open") await runOpenLoop({ client, perSecond: load.perSecond, clock, until, emit });
      else await runRamp({ ramp: load, client, clock, rng, watch, until, emit, onStep });
    } finally {
      watch.stop();
    }
  };

  return {
    knowKey: client.knowKey,
    start() {
      running = play();
      return running;
    },
    async stop(drainMs) {
      stopping.abort();
      const drained = new AbortController();
      await Promise.race([client.idle(), sleep(clock, drainMs, drained.signal)]);
      drained.abort();
      client.giveUp();
      await running;
      await client.close();
    },
  };
}
