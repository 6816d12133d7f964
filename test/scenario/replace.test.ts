import { describe, expect, it } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { createChooser } from "../../src/scenario/choose.ts";
import { explainChanges } from "../../src/scenario/explain-changes.ts";
import { createFakeClock } from "../support/clock.ts";
import { facts, load, REGISTRY } from "../support/scenario.ts";

const scenario = (storm: string, rest = "") =>
  load(
    `name: x\nphases:\n  - name: calm\n    lasts: 1s\n  - name: storm\n    lasts: 1s\n    faults: [${storm}]\n${rest}`,
  );

function chooserFor(storm: string) {
  const options = { phase: () => "storm", rng: createRng(7), clock: createFakeClock(), faults: REGISTRY.faults };
  const chooser = createChooser({ scenario: scenario(storm).filled, ...options });
  return {
    chooser,
    change: (next: string) => chooser.replace(scenario(next).filled),
    rules: () => chooser.active().map(({ id, fault, hits }) => `${id} ${fault} ${hits}`),
    choose: () => chooser.choose(facts()),
  };
}

describe("the rules of a changed scenario", () => {
  it("go on counting where they stay equal, wherever they stand now", () => {
    const { change, rules, choose } = chooserFor("{ latency: { add: 1s }, at_most: 3 }, { stall: {} }");
    choose();
    choose();
    change("{ rate_limit: {} }, { latency: { add: 1s }, at_most: 3 }");
    expect(rules()).toEqual(["storm/1@1 rate_limit 0", "storm/1 latency 2"]);
    change("{ latency: { add: 1s }, at_most: 3 }");
    choose();
    choose();
    expect(rules()).toEqual(["storm/1 latency 3"]);
  });

  it("let go of what they hold where they are gone or changed, and hold on where they stay", () => {
    const { change, choose } = chooserFor(
      "{ latency: { add: 1s } }, { stall: {} }, { truncate: { after: { events: 1 } } }",
    );
    const chosen = choose();
    change("{ latency: { add: 2s } }, { truncate: { after: { events: 1 } } }");
    expect(chosen.map(({ fault, revoked }) => [fault.name, revoked.aborted])).toEqual([
      ["latency", true],
      ["stall", true],
      ["truncate", false],
    ]);
    expect(choose().map(({ rule }) => rule)).toEqual(["storm/1@1", "storm/3"]);
  });

  it("count one by one where two are equal", () => {
    const { change, rules } = chooserFor("{ stall: {} }, { stall: {} }");
    change("{ stall: {} }");
    expect(rules()).toEqual(["storm/1 stall 0"]);
    change("{ stall: {} }, { stall: {} }");
    expect(rules()).toEqual(["storm/1 stall 0", "storm/2@2 stall 0"]);
  });

  it("leave injected ones alone, and what was removed by hand stays removed", () => {
    const { chooser, change, rules } = chooserFor("{ latency: { add: 1s } }, { stall: {} }");
    chooser.inject("hang");
    chooser.remove("storm/1");
    change("{ latency: { add: 1s } }, { stall: {}, chance: 50% }");
    expect(rules()).toEqual(["storm/2@1 stall 0", "live-1 hang 0"]);
  });

  it("end with a phase that is gone", () => {
    const { chooser, choose } = chooserFor("{ latency: { add: 1s } }");
    const [chosen] = choose();
    chooser.replace(load("name: x\nphases: [{ name: other, lasts: 1s }]\n").filled);
    expect(chosen?.revoked.aborted).toBe(true);
    expect(choose()).toEqual([]);
  });
});

describe("what changed, in words", () => {
  const changes = (before: string, after: string, rest: readonly [string, string] = ["", ""]) =>
    explainChanges(scenario(before, rest[0]).scenario, scenario(after, rest[1]).scenario, REGISTRY);

  it("names rules that came, went and changed", () => {
    expect(
      changes(
        "{ rate_limit: { retry_after: 5s } }, { stall: {} }, { latency: { add: 1s } }",
        "{ latency: { add: 1s } }, { rate_limit: { retry_after: 2s }, chance: 50% }, { hang: {} }",
      ),
    ).toEqual({
      rules: [
        "storm: removed all calls: stall {}",
        expect.stringMatching(/^storm: changed all calls: rate_limit .*5000.* → 50 % of the calls: rate_limit .*2000/),
        "storm: added all calls: hang {}",
      ],
      other: [],
    });
  });

  it("names the parts that are not live", () => {
    const rest = [
      "load: { concurrency: 2 }\nseed: 1\n",
      "load: { concurrency: 3 }\nseed: 2\nlimits: [{ rpm: 3 }]\n",
    ] as const;
    expect(changes("", "", rest)).toEqual({ rules: [], other: ["seed", "limits", "load"] });
    const before = scenario("").scenario;
    const longer = load("name: x\nphases: [{ name: calm, lasts: 2s }]\n").scenario;
    expect(explainChanges(before, longer, REGISTRY).other).toEqual(["names or lengths of phases"]);
    expect(explainChanges(before, before, REGISTRY)).toEqual({ rules: [], other: [] });
  });
});
