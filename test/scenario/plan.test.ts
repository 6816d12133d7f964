import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { createChooser } from "../../src/scenario/choose.ts";
import { createLedger, type DecisionPlan } from "../../src/scenario/ledger.ts";
import { checkPlan, formatPlan, readPlan } from "../../src/scenario/plan-file.ts";
import { createFakeClock } from "../support/clock.ts";
import { facts, load, REGISTRY } from "../support/scenario.ts";

const SCENARIO = `
name: x
phases:
  - name: storm
    lasts: 1s
    faults:
      - latency: { add: { uniform: [1s, 2s] } }
        chance: 40%
      - hang: {}
        at_most: 2
`;

function play(calls: number, { plan, seed = 7 }: { plan?: DecisionPlan; seed?: number } = {}) {
  const { filled } = load(SCENARIO);
  const ledger = createLedger(plan);
  const options = { scenario: filled, phase: () => "storm", rng: createRng(seed), clock: createFakeClock() };
  const chooser = createChooser({ ...options, faults: REGISTRY.faults, ledger });
  const chosen = Array.from({ length: calls }, () => chooser.choose(facts()).map(({ decision }) => decision));
  return { chosen, ledger, plan: ledger.plan({ scenario: "x", seed }) };
}

describe("a plan of decisions", () => {
  it("holds every decision, taken or not, with the rule's parameters as resolved", () => {
    const { plan, chosen } = play(3);
    expect(plan.rules).toEqual([
      { rule: "storm/1", fault: "latency", params: { add: { kind: "uniform", minMs: 1_000, maxMs: 2_000 } } },
      { rule: "storm/2", fault: "hang", params: {} },
    ]);
    expect(plan.decisions.map(({ key }) => key)).toEqual([1, 2, 3].flatMap((n) => [`storm/1/#${n}`, `storm/2/#${n}`]));
    expect(plan.decisions.filter(({ taken }) => taken).map(({ key }) => key)).toEqual(chosen.flat());
    expect(plan.decisions.filter(({ rule }) => rule === "storm/2").map(({ taken }) => taken)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("is taken again, whatever the seed would say, and says what did not occur and what was new", () => {
    const { plan, chosen } = play(30);
    const again = play(30, { plan, seed: 8 });
    expect(again.chosen).toEqual(chosen);
    expect(again.ledger.missing()).toEqual([]);
    expect(again.ledger.unplanned()).toBe(0);
    const flipped = { ...plan, decisions: plan.decisions.map((one) => ({ ...one, taken: !one.taken })) };
    expect(play(30, { plan: flipped }).plan.decisions).toEqual(flipped.decisions);
    expect(play(29, { plan }).ledger.missing()).toEqual(["storm/1/#30", "storm/2/#30"]);
    expect(play(31, { plan }).ledger.unplanned()).toBe(2);
  });
});

describe("the file of a plan", () => {
  const put = (text: string) => {
    const folder = mkdtempSync(join(tmpdir(), "llm-chaos-plan-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "plan.json"), text);
    return join(folder, "plan.json");
  };

  it("is read as it was written, one decision a line", () => {
    const { plan } = play(5);
    const text = formatPlan(plan);
    expect(readPlan(put(text))).toEqual(plan);
    expect(text.split("\n").filter((line) => line.includes('"key"'))).toHaveLength(10);
    const empty = { ...plan, rules: [], decisions: [] };
    expect(readPlan(put(formatPlan(empty)))).toEqual(empty);
  });

  it.each([
    ["no JSON", "{", /plan\.json is not a plan: .*JSON/],
    ["another version", '{ "version": 2 }', /is not a plan: its version is 2/],
    ["another file", '{ "version": 1 }', /is not a plan: scenario/],
    ["nothing", "", /is not a plan/],
  ])("is refused when it holds %s", (_name, text, expected) => {
    expect(() => readPlan(put(text))).toThrow(expected);
  });

  it("is refused for another scenario", () => {
    const { plan } = play(1);
    const { scenario } = load(SCENARIO);
    expect(() => checkPlan(plan, scenario)).not.toThrow();
    const other = load(SCENARIO.replace("- hang: {}", "- rate_limit: {}")).scenario;
    expect(() => checkPlan(plan, other)).toThrow(
      /decides about hang \(rule storm\/2\), and in x that rule is rate_limit/,
    );
    expect(() => checkPlan(plan, load(SCENARIO.replace("name: storm", "name: rain")).scenario)).toThrow(/no such rule/);
    const injected = { ...plan, rules: [{ rule: "live-3", fault: "hang", params: {} }] };
    expect(() => checkPlan(injected, scenario)).not.toThrow();
  });
});

it("leaves a rule for streams alone when the call does not stream", () => {
  const { filled } = load(SCENARIO.replace("- hang: {}", "- rate_limit: {}"));
  const rateLimit = REGISTRY.faults.get("rate_limit");
  if (rateLimit === undefined) throw new Error("no rate_limit");
  const faults = new Map([...REGISTRY.faults, ["rate_limit", { ...rateLimit, onlyStreams: true as const }]]);
  const options = { scenario: filled, phase: () => "storm", rng: createRng(1), clock: createFakeClock(), faults };
  const chooser = createChooser(options);
  const names = (stream: boolean) => chooser.choose(facts({ stream })).map(({ fault }) => fault.name);
  for (let n = 0; n < 5; n++) expect(names(false)).not.toContain("rate_limit");
  expect(names(true)).toContain("rate_limit");
  expect(chooser.active().find(({ fault }) => fault === "rate_limit")?.hits).toBe(1);
});
