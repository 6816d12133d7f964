import { describe, expect, it } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import { between, rampMs, rampSteps } from "../../src/core/ramp.ts";
import { createRng } from "../../src/core/rng.ts";
import type { Load } from "../../src/core/scenario.ts";
import type { CallResult, CallTags, FrontDoorClient } from "../../src/load/front-door-client.ts";
import { runRamp } from "../../src/load/ramp.ts";
import { createFakeClock } from "../support/clock.ts";

type Ramp = Extract<Load, { kind: "ramp" }>;

const ramp = (changes: Partial<Ramp> = {}): Ramp => ({
  kind: "ramp",
  from: 2,
  to: 16,
  factor: 2,
  holdMs: 1_000,
  settleMs: 100,
  repeats: 1,
  start: "full",
  search: "knee",
  ...changes,
});

type Answer = "served" | "shed" | "broken";

/** Plays the ramp on a fake clock against an app whose answers take 50 ms and depend on how many callers there are. */
async function played(
  answer: (callers: number) => Answer,
  { doubtAt = 0, ...changes }: Partial<Ramp> & { doubtAt?: number } = {},
) {
  const clock = createFakeClock();
  const events: EventBody[] = [];
  let callers = 0;
  const call = ({ tags }: { tags?: CallTags } = {}) =>
    new Promise<CallResult>((resolve) => {
      const became = answer(tags?.step ?? 0);
      const [shed, broken] = [became === "shed", became === "broken"];
      const result = { shed, broken, fellBack: false, succeeded: became === "served" };
      clock.after(50, () => resolve(result as CallResult));
    });
  const playing = runRamp({
    ramp: ramp(changes),
    client: { call } as FrontDoorClient,
    clock,
    rng: createRng(7),
    watch: { begin: () => {}, doubt: () => (callers === doubtAt ? "busy" : undefined), stop: () => {} },
    until: new AbortController().signal,
    emit: (event) => void events.push(event),
    onStep: async ({ concurrency }) => {
      callers = concurrency;
    },
  });
  let over = false;
  void playing.then(() => {
    over = true;
  });
  while (!over) await clock.advance(100);
  const steps = events.flatMap((e) => (e.type === "load_step_started" ? [`${e.concurrency}/${e.repeat}`] : []));
  const warnings = events.flatMap((e) => (e.type === "warning" ? [{ code: e.code, text: e.text }] : []));
  return { steps, warnings };
}

describe("a search for the knee", () => {
  it("halves the interval in which shedding begins, after trying the last good step again", async () => {
    const { steps, warnings } = await played((callers) => (callers > 5 ? "shed" : "served"));
    expect(steps).toEqual(["2/1", "4/1", "8/1", "16/1", "4/2", "6/1", "5/1"]);
    expect(warnings).toEqual([]);
  });

  it("has an interval for each behaviour", async () => {
    const { steps } = await played((callers) => (callers > 11 ? "broken" : callers > 5 ? "shed" : "served"), {
      to: 32,
    });
    expect(steps).toEqual(["2/1", "4/1", "8/1", "16/1", "4/2", "6/1", "5/1", "12/1", "10/1", "11/1"]);
  });

  it("looks no further when an app does not come back at a load it had carried", async () => {
    let overloaded = false;
    const { steps, warnings } = await played((callers) => {
      overloaded ||= callers > 5;
      return overloaded ? "broken" : "served";
    });
    expect(steps).toEqual(["2/1", "4/1", "8/1", "4/2"]);
    expect(warnings.map(({ code }) => code)).toEqual(["ramp_stopped", "ramp_metastable"]);
    expect(warnings[1]?.text).toMatch(/^4 callers were carried on the way up and are not after the overload/);
  });

  it("has nothing to do where nothing begins, or the lowest step shows it already", async () => {
    expect((await played(() => "served", { to: 4 })).steps).toEqual(["2/1", "4/1"]);
    expect((await played(() => "shed", { to: 4 })).steps).toEqual(["2/1", "4/1"]);
  });

  it("plays every step as often as the climb", async () => {
    const { steps } = await played((callers) => (callers > 3 ? "shed" : "served"), { to: 4, repeats: 2 });
    expect(steps).toEqual(["2/1", "2/2", "4/1", "4/2", "2/3", "3/1", "3/2"]);
  });

  it("stops, and says so, at a step that cannot be trusted", async () => {
    const { steps, warnings } = await played((callers) => (callers > 5 ? "shed" : "served"), { doubtAt: 6 });
    expect(steps).toEqual(["2/1", "4/1", "8/1", "16/1", "4/2", "6/1"]);
    expect(warnings).toEqual([{ code: "search_stopped", text: "the search stopped at 6 callers: busy" }]);
  });
});

describe("its arithmetic", () => {
  it.each([
    [4, 8, 6],
    [5, 6, undefined],
    [40, 44, undefined],
    [40, 45, 42],
    [0, 2, 1],
  ])("between %i and %i tries %s", (good, bad, next) => {
    expect(between(good, bad)).toBe(next);
  });

  it("is counted in how long a ramp takes at most", () => {
    const plain = { ...ramp({ from: 8, to: 16 }), search: undefined };
    const { search: _, ...without } = plain;
    expect(rampSteps(without)).toEqual([8, 16]);
    expect(rampMs(without)).toBe(2 * 1_100);
    // Three behaviours, up to three halvings of (8, 16] each, and the step that is tried again.
    expect(rampMs(ramp({ from: 8, to: 16 }))).toBe((2 + 1 + 9) * 1_100);
  });
});
