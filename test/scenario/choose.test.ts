import { describe, expect, it } from "vitest";
import { InvalidFileError } from "../../src/core/errors.ts";
import { createRng } from "../../src/core/rng.ts";
import { createChooser } from "../../src/scenario/choose.ts";
import { createFakeClock } from "../support/clock.ts";
import { facts, load, REGISTRY } from "../support/scenario.ts";

function chooserFor(rules: string, { seed = 7, phase = () => "storm" as string | undefined } = {}) {
  const { filled } = load(
    `name: x\nphases:\n  - name: calm\n    lasts: 1s\n  - name: storm\n    lasts: 1s\n    faults:\n${rules}`,
  );
  const clock = createFakeClock();
  return {
    clock,
    chooser: createChooser({ scenario: filled, phase, rng: createRng(seed), clock, faults: REGISTRY.faults }),
  };
}
const names = (chooser: ReturnType<typeof chooserFor>["chooser"], ...call: Parameters<typeof facts>) =>
  chooser.choose(facts(...call)).map(({ rule, fault }) => `${rule} ${fault.name}`);

describe("choosing", () => {
  it("takes the rules of the active phase in order, injected ones behind them", () => {
    let phase: string | undefined = "calm";
    const { chooser } = chooserFor("      - latency: { add: 1s }\n      - hang: {}\n", { phase: () => phase });
    chooser.inject("latency: { add: 2s }");
    expect(names(chooser)).toEqual(["live-1 latency"]);
    phase = "storm";
    expect(names(chooser)).toEqual(["storm/1 latency", "storm/2 hang", "live-1 latency"]);
    phase = undefined;
    expect(names(chooser)).toEqual(["live-1 latency"]);
  });

  it("hands over parsed parameters", () => {
    const { chooser } = chooserFor("      - latency: { add: 1s }\n");
    expect(chooser.choose(facts())[0]?.params).toEqual({ add: { kind: "fixed", ms: 1_000 } });
  });

  it("counts nth and first over matching calls only", () => {
    const { chooser } = chooserFor(
      "      - latency: { add: 1s }\n        where: { model: gpt-4o, nth: 2 }\n      - hang: {}\n        where: { model: gpt-4o, first: 1 }\n",
    );
    const models = ["other", "gpt-4o", "other", "other", "gpt-4o", "gpt-4o", "gpt-4o"];
    expect(models.map((model) => names(chooser, { model }))).toEqual([
      [],
      ["storm/2 hang"],
      [],
      [],
      ["storm/1 latency"],
      [],
      ["storm/1 latency"],
    ]);
  });

  it("stops at at_most, and a rule that loses uses nothing up", () => {
    const { chooser } = chooserFor(
      "      - hang: {}\n        where: { first: 2 }\n      - rate_limit: {}\n        at_most: 1\n",
    );
    expect([1, 2, 3, 4].map(() => names(chooser))).toEqual([
      ["storm/1 hang", "storm/2 rate_limit"],
      ["storm/1 hang", "storm/2 rate_limit"],
      ["storm/2 rate_limit"],
      [],
    ]);
    expect(chooser.active().map(({ id, hits }) => [id, hits])).toEqual([
      ["storm/1", 2],
      ["storm/2", 1],
    ]);
  });
});

it("counts a wait behind what ends the call: it is waited all the same", () => {
  const { chooser } = chooserFor("      - hang: {}\n      - latency: { add: 1s }\n        at_most: 1\n");
  expect([1, 2].map(() => names(chooser))).toEqual([["storm/1 hang", "storm/2 latency"], ["storm/1 hang"]]);
});

describe("chance", () => {
  const rule = "      - hang: {}\n        chance: 30%\n";
  const ordinals = (seed: number, calls: number) => {
    const { chooser } = chooserFor(rule, { seed });
    return Array.from({ length: calls }, () => names(chooser).length);
  };

  it("is the same for one seed, another for another", () => {
    expect(ordinals(7, 200)).toEqual(ordinals(7, 200));
    expect(ordinals(7, 200)).not.toEqual(ordinals(8, 200));
  });

  it("meets the share: 30 % of 2,000 calls, inside the 99.9 % interval", () => {
    const hits = ordinals(7, 2_000).reduce((sum, hit) => sum + hit, 0);
    expect(hits / 2_000).toBeGreaterThan(0.266);
    expect(hits / 2_000).toBeLessThan(0.334);
  });

  it("of a joined call depends on its place and attempt, not on its name or on what came between", () => {
    const decide = (order: readonly (readonly [logical: string, attempt: number])[]) => {
      const { chooser } = chooserFor(rule);
      const keys = order.map(([logical, attempt]) => {
        if (logical === "other") chooser.choose(facts());
        return logical === "other" ? [] : chooser.choose(facts({}, { joined: { logical, attempt } }));
      });
      return keys.flat().map(({ decision }) => decision);
    };
    const calls = Array.from({ length: 40 }, (_, i) => `a${i}`);
    const attempts = (names: readonly string[], attempt: number) => names.map((name) => [name, attempt] as const);
    const inTurn = decide([...attempts(calls, 0), ...attempts(calls, 1)]);
    const renamed = calls.map((name) => `b${name}`);
    expect(decide([...attempts(renamed, 0), ...attempts(renamed, 1)])).toEqual(inTurn);
    const between = calls.flatMap((name) => [[name, 0] as const, ["other", 0] as const]);
    expect(decide([...between, ...attempts(calls.toReversed(), 1)]).toSorted()).toEqual(inTurn.toSorted());
    expect(inTurn.length).toBeGreaterThan(6);
    expect(inTurn.join(" ")).toMatch(/^(storm\/1\/call-\d+\/attempt-[01] ?)+$/);
  });

  it("gives the same call another draw for another attempt", () => {
    const { chooser } = chooserFor(rule);
    const attempts = Array.from(
      { length: 50 },
      (_, attempt) => chooser.choose(facts({}, { joined: { logical: "l1", attempt } })).length,
    );
    expect(new Set(attempts)).toEqual(new Set([0, 1]));
  });

  it("0 % never and 100 % always", () => {
    const { chooser } = chooserFor(
      "      - hang: {}\n        chance: 0\n      - latency: { add: 1s }\n        chance: 100%\n",
    );
    for (let i = 0; i < 100; i++) expect(names(chooser)).toEqual(["storm/2 latency"]);
  });

  it("gives the plan a random stream of its own, the same for the same decision", () => {
    const draw = () => chooserFor(rule.replace("30%", "1")).chooser.choose(facts())[0]?.rng.next();
    expect(draw()).toBe(draw());
  });
});

describe("injected faults", () => {
  it("end by themselves, and release what they hold", async () => {
    const { chooser, clock } = chooserFor("      - hang: {}\n        where: { model: none }\n", {
      phase: () => "live",
    });
    const { id } = chooser.inject("hang: {}, where: { model: gpt-4o }", { ttlMs: 5_000 });
    const [chosen] = chooser.choose(facts());
    expect(chooser.active()).toEqual([
      { id, fault: "hang", explained: "all calls with the model gpt-4o: hang {}", endsAtMs: 5_000, hits: 1 },
    ]);
    await clock.advance(4_999);
    expect(chosen?.revoked.aborted).toBe(false);
    await clock.advance(1);
    expect(chosen?.revoked.aborted).toBe(true);
    expect(names(chooser)).toEqual([]);
    expect(chooser.active()).toEqual([]);
    expect(chooser.remove(id)).toBe(false);
  });

  it("have 10 minutes unless told otherwise", async () => {
    const { chooser, clock } = chooserFor("      - hang: {}\n", { phase: () => undefined });
    chooser.inject("hang");
    expect(chooser.inject({ latency: { add: "1s" } }, { ttlMs: Number.POSITIVE_INFINITY })).toEqual({ id: "live-2" });
    await clock.advance(599_999);
    expect(names(chooser)).toEqual(["live-1 hang", "live-2 latency"]);
    await clock.advance(1);
    expect(names(chooser)).toEqual(["live-2 latency"]);
    expect(clock.pending).toBe(0);
  });

  it("can be removed, a rule of the scenario too", () => {
    const { chooser, clock } = chooserFor("      - latency: { add: 1s }\n");
    const { id } = chooser.inject("hang");
    const chosen = chooser.choose(facts());
    expect(chooser.remove(id)).toBe(true);
    expect(chooser.remove("storm/1")).toBe(true);
    expect(chooser.remove("storm/9")).toBe(false);
    expect(chosen.map(({ revoked }) => revoked.aborted)).toEqual([true, true]);
    expect(names(chooser)).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("all end on panic; what is injected later works", () => {
    const { chooser } = chooserFor("      - latency: { add: 1s }\n");
    chooser.inject("hang");
    const chosen = chooser.choose(facts());
    chooser.panic();
    expect(chosen.every(({ revoked }) => revoked.aborted)).toBe(true);
    expect(names(chooser)).toEqual([]);
    chooser.inject("hang");
    expect(names(chooser)).toEqual(["live-2 hang"]);
  });

  it("that cannot be read change nothing", () => {
    const { chooser } = chooserFor("      - latency: { add: 1s }\n");
    expect(() => chooser.inject("hnag")).toThrow(InvalidFileError);
    expect(chooser.active()).toHaveLength(1);
    expect(chooser.inject("hang")).toEqual({ id: "live-1" });
  });
});
