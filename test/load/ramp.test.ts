import { describe, expect, it } from "vitest";
import { rampSteps } from "../../src/core/ramp.ts";
import type { Load } from "../../src/core/scenario.ts";
import type { StepNotice } from "../../src/load/index.ts";
import { answerJson, drive, frontDoor, startServer } from "../support/load.ts";

const ramp = (changes: Partial<Extract<Load, { kind: "ramp" }>>): Load => ({
  kind: "ramp",
  from: 1,
  to: 2,
  factor: 2,
  holdMs: 150,
  settleMs: 80,
  repeats: 1,
  start: "at_wall",
  ...changes,
});

describe("ramp steps", () => {
  it.each([
    [{ from: 1, to: 64, factor: 1.5 }, [1, 2, 3, 5, 8, 12, 18, 27, 41, 62, 64]],
    [{ from: 2, to: 9, factor: 1.01 }, [2, 3, 4, 5, 6, 7, 8, 9]],
    [{ from: 4, to: 4, factor: 2 }, [4]],
    [{ from: 1, to: 8, factor: 2 }, [1, 2, 4, 8]],
  ])("of %j are %j", (given, expected) => {
    expect(rampSteps(given)).toEqual(expected);
  });
});

describe("a ramp", () => {
  it("goes through its steps in order, holds each concurrency, and marks its calls", async () => {
    let open = 0;
    let most = 0;
    const { url } = await startServer((_request, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        answerJson(response, {});
      }, 5);
    });
    const notices: string[] = [];
    const mostBefore: number[] = [];
    const onStep = ({ concurrency, repeat, stage }: StepNotice) => {
      notices.push(`${concurrency}/${repeat} ${stage}`);
      if (stage === "starting") mostBefore.push(most);
    };
    const load = drive({ url, load: ramp({ to: 3, repeats: 2 }), onStep });
    load.driver.start();
    await load.driver.finished;

    const stages = ["starting", "settled", "ended"];
    const steps = ["1/1", "1/2", "2/1", "2/2", "3/1", "3/2"];
    expect(notices).toEqual(steps.flatMap((step) => stages.map((stage) => `${step} ${stage}`)));
    expect(mostBefore).toEqual([0, 1, 1, 2, 2, 3]);
    expect(most).toBe(3);
    expect(load.of("load_step_ended").every((event) => event.trustworthy && event.why === undefined)).toBe(true);

    const calls = load.of("front_door_started");
    expect(calls.every((call) => call.step !== undefined && call.repeat !== undefined)).toBe(true);
    const settledAt = load.events.findIndex((event) => event.type === "load_step_settled");
    const firstJudged = load.events.findIndex(
      (event) => event.type === "front_door_started" && event.settling === false,
    );
    expect(firstJudged).toBeGreaterThan(settledAt);
    expect(calls.some((call) => call.settling === true)).toBe(true);
    for (const [i, event] of load.events.entries()) {
      if (event.type !== "load_step_ended") continue;
      const before = load.events.slice(0, i);
      const started = before.filter((one) => one.type === "front_door_started").length;
      expect(before.filter((one) => one.type === "front_door_ended")).toHaveLength(started);
    }
  });

  it("calls nobody before the start of a step was acknowledged", async () => {
    let calls = 0;
    const { url } = await startServer((_request, response) => {
      calls++;
      answerJson(response, {});
    });
    let callsAtAcknowledgement: number | undefined;
    const load = drive({
      url,
      load: ramp({ to: 1, settleMs: 10, holdMs: 50 }),
      async onStep({ stage }) {
        if (stage !== "starting") return;
        await new Promise((resolve) => setTimeout(resolve, 150));
        callsAtAcknowledgement = calls;
      },
    });
    load.driver.start();
    await load.driver.finished;
    expect(callsAtAcknowledgement).toBe(0);
    expect(calls).toBeGreaterThan(0);
  });

  it("stops, and says so, at a step in which the driver itself was slow", async () => {
    const { url } = await startServer((_request, response) => answerJson(response, {}));
    const load = drive({ url, load: ramp({ to: 8 }), trust: { lateMs: 20, busyShare: 0 } });
    load.driver.start();
    await load.driver.finished;
    const why = expect.stringMatching(/^the driver itself was busy/);
    expect(load.of("load_step_ended")).toEqual([
      { type: "load_step_ended", concurrency: 1, repeat: 1, trustworthy: false, why },
    ]);
    expect(load.of("warning")[0]?.text).toMatch(/^the ramp stopped at 1 callers: the driver itself was busy/);
  });

  it("takes lateness of the driver's loop as slowness too", async () => {
    const { url } = await startServer((_request, response) => setTimeout(() => answerJson(response, {}), 20));
    const load = drive({ url, load: ramp({ to: 8 }), trust: { lateMs: 0, busyShare: 1 } });
    load.driver.start();
    await load.driver.finished;
    expect(load.of("load_step_ended")[0]?.why).toMatch(/^the driver itself was late/);
  });

  it("stops at a step that brought nothing, but goes on through one that shed", async () => {
    const { url } = await startServer((_request, response) => answerJson(response, {}, 503));
    const options = { url, load: ramp({ settleMs: 10, holdMs: 600 }) };
    const failing = drive(options);
    const shedding = drive({ ...options, frontDoor: frontDoor({ shedWhen: { status: [503] } }) });
    failing.driver.start();
    shedding.driver.start();
    await Promise.all([failing.driver.finished, shedding.driver.finished]);
    expect(failing.of("load_step_ended").map(({ trustworthy, why }) => ({ trustworthy, why }))).toEqual([
      { trustworthy: true, why: "100 % of its calls failed or hung" },
    ]);
    expect(shedding.of("load_step_ended").map((event) => event.concurrency)).toEqual([1, 2]);
  });

  it("can be stopped inside a step, which then does not count", async () => {
    const { url } = await startServer((_request, response) => setTimeout(() => answerJson(response, {}), 20));
    const load = drive({ url, load: ramp({ holdMs: 60_000 }) });
    load.driver.start();
    await load.atLeast("load_step_settled", 1);
    await load.driver.stop({ drainMs: 5_000 });
    await load.driver.finished;
    expect(load.of("load_step_ended")).toMatchObject([
      { trustworthy: false, why: "the run stopped before the step was over" },
    ]);
    expect(new Set(load.of("front_door_ended").map((event) => event.how))).toEqual(new Set(["complete"]));
  });

  it("can be stopped while it waits for the acknowledgement", async () => {
    const { url } = await startServer(() => {});
    const load = drive({ url, load: ramp({}), onStep: () => new Promise<void>(() => {}) });
    load.driver.start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await load.driver.stop({ drainMs: 100 });
    expect(load.events).toEqual([]);
  });
});
