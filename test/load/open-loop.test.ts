import { describe, expect, it } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import type { CallResult, FrontDoorClient } from "../../src/load/front-door-client.ts";
import { runOpenLoop } from "../../src/load/open-loop.ts";
import { createFakeClock } from "../support/clock.ts";

/** An app in which every call takes `durationMs` of the fake clock. */
function slowApp(durationMs: number) {
  const clock = createFakeClock();
  const calls: { dueAtMs: number | undefined; startedAtMs: number }[] = [];
  let running = 0;
  let most = 0;
  const whenIdle: (() => void)[] = [];
  const client: Pick<FrontDoorClient, "call" | "running" | "idle"> = {
    call({ dueAtMs } = {}) {
      calls.push({ dueAtMs, startedAtMs: clock.nowMs() });
      most = Math.max(most, ++running);
      return new Promise((resolve) => {
        clock.after(durationMs, () => {
          running--;
          if (running === 0) for (const idle of whenIdle.splice(0)) idle();
          resolve({} as CallResult);
        });
      });
    },
    get running() {
      return running;
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
  };
  return { clock, calls, client: client as FrontDoorClient, most: () => most };
}

function run(app: ReturnType<typeof slowApp>, perSecond: number, mostInFlight?: number) {
  const stop = new AbortController();
  const events: EventBody[] = [];
  let over = false;
  const options = { client: app.client, perSecond, clock: app.clock, until: stop.signal };
  const bound = mostInFlight === undefined ? {} : { mostInFlight };
  void runOpenLoop({ ...options, ...bound, emit: (event) => events.push(event) }).then(() => {
    over = true;
  });
  return { stop, events, isOver: () => over };
}

describe("open loop", () => {
  it("begins every call exactly when it is due, however slow the app is", async () => {
    const app = slowApp(10_000);
    run(app, 4);
    await app.clock.advance(2_000);
    expect(app.calls.map((call) => call.startedAtMs)).toEqual([0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000]);
    expect(app.calls.map((call) => call.dueAtMs)).toEqual(app.calls.map((call) => call.startedAtMs));
  });

  it("holds its bound, says so once, and measures those that waited from when they were due", async () => {
    const app = slowApp(1_000);
    const { events } = run(app, 10, 3);
    await app.clock.advance(3_050);
    expect(app.most()).toBe(3);
    expect(app.calls.map((call) => call.dueAtMs)).toEqual(app.calls.map((_, i) => i * 100));
    expect(app.calls.slice(0, 5).map((call) => call.startedAtMs)).toEqual([0, 100, 200, 1_000, 1_100]);
    expect(events).toMatchObject([{ type: "warning", code: "load_bound" }]);
  });

  it("ends when it is stopped and the running calls have ended; no call begins meanwhile", async () => {
    const app = slowApp(1_000);
    const { stop, isOver } = run(app, 10, 3);
    await app.clock.advance(500);
    stop.abort();
    await app.clock.advance(600);
    expect(isOver()).toBe(false);
    await app.clock.advance(600);
    expect(isOver()).toBe(true);
    expect(app.calls).toHaveLength(3);
    expect(app.clock.pending).toBe(0);
  });
});
