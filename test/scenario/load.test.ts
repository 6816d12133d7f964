import { describe, expect, it } from "vitest";
import { load, problemsOf, REGISTRY } from "../support/scenario.ts";

const STORM = `name: tpm-storm
summary: Tokens run out.
seed: 7
limits:
  - tier: openai/tier-1
    model: gpt-4o
    rpm: 60
phases:
  - name: baseline
    lasts: 20s
  - name: storm
    lasts: 30s
    faults:
      - rate_limit: { dimension: tpm, retry_after: 5s }
        where: { model: gpt-4o }
        chance: 50%
        at_most: 3
      - hang:
load:
  concurrency: 8
abort_when: { error_rate: { over: 50%, for: 5s, in: baseline } }
expect:
  - retry_amplification: { at_most: 1.5, in: storm }
  - recovers: { to: 95%, where: { model: gpt-4o }, if_unseen: fail }
  - truncation_noticed
  - no_hang: { within: 20s }
    in: [baseline, storm]
runbook: { owner: "@team" }
`;

describe("a valid scenario", () => {
  const { scenario, warnings } = load(STORM);

  it("has its defaults filled in and its durations in milliseconds", () => {
    expect(warnings).toEqual([]);
    expect(scenario).toEqual({
      name: "tpm-storm",
      summary: "Tokens run out.",
      hypothesis: "",
      seed: 7,
      limits: [
        {
          label: "openai/tier-1 gpt-4o",
          model: "gpt-4o",
          per: "key+model",
          limits: { rpm: 60, tpm: 30_000 },
          date: "2026-09-24",
        },
      ],
      clockScale: 1,
      announce: "real",
      phases: [
        { name: "baseline", lastsMs: 20_000, faults: [] },
        {
          name: "storm",
          lastsMs: 30_000,
          faults: [
            {
              id: "storm/1",
              fault: "rate_limit",
              params: { dimension: "tpm", retry_after: "5s" },
              where: { model: "gpt-4o" },
              chance: 0.5,
              atMost: 3,
            },
            { id: "storm/2", fault: "hang", params: {}, where: {}, chance: 1, atMost: undefined },
          ],
        },
      ],
      load: { kind: "closed", concurrency: 8 },
      abortWhen: { errorRateOver: 0.5, forMs: 5_000, phase: "baseline" },
      expect: [
        {
          name: "retry_amplification",
          params: { at_most: 1.5 },
          in: ["storm"],
          where: undefined,
          ifUnseen: "inconclusive",
        },
        { name: "recovers", params: { to: "95%" }, in: undefined, where: { model: "gpt-4o" }, ifUnseen: "fail" },
        { name: "truncation_noticed", params: {}, in: undefined, where: undefined, ifUnseen: "inconclusive" },
        {
          name: "no_hang",
          params: { within: "20s" },
          in: ["baseline", "storm"],
          where: undefined,
          ifUnseen: "inconclusive",
        },
      ],
      runbook: { owner: "@team" },
    });
  });

  it("takes a seed from outside over its own", () => {
    expect(load(STORM, { seed: 99 }).scenario.seed).toBe(99);
  });

  it("stands on its own in the log: JSON carries it whole", () => {
    expect(JSON.parse(JSON.stringify(scenario)).phases).toEqual(JSON.parse(JSON.stringify(scenario.phases)));
    expect(JSON.parse(JSON.stringify(scenario)).phases[1].faults[0]).toEqual({
      ...scenario.phases[1]?.faults[0],
    });
  });
});

describe("load", () => {
  const withLoad = (text: string) => load(`name: x\nphases: [{ name: a, lasts: 1s }]\nload: ${text}\n`).scenario.load;

  it("is a closed loop, an open loop or a ramp", () => {
    expect(withLoad("{ rate: 20/s }")).toEqual({ kind: "open", perSecond: 20 });
    expect(withLoad("{ rate: 90/m }")).toEqual({ kind: "open", perSecond: 1.5 });
    expect(load("name: x\nload: { ramp: { from: 1, to: 64 } }\n").scenario).toMatchObject({
      load: {
        kind: "ramp",
        from: 1,
        to: 64,
        factor: 1.5,
        holdMs: 15_000,
        settleMs: 3_000,
        repeats: 1,
        start: "at_wall",
      },
      phases: [{ name: "ramp", lastsMs: undefined, faults: [] }],
    });
  });

  it("lets the last phase of a ramp, and no other, go without a length", () => {
    const ramp = "load: { ramp: { from: 1, to: 2 } }\n";
    expect(
      load(`name: x\nphases: [{ name: a, lasts: 5s }, { name: b }]\n${ramp}`).scenario.phases[1]?.lastsMs,
    ).toBeUndefined();
    expect(problemsOf(`name: x\nphases: [{ name: a }, { name: b }]\n${ramp}`)).toEqual([
      "s.yaml:2:10: error: lasts is missing (only the last phase lasts as long as the ramp needs)",
    ]);
    expect(problemsOf("name: x\nphases: [{ name: a }]\n")).toEqual([
      "s.yaml:2:10: error: lasts is missing (for example lasts: 30s)",
    ]);
  });

  it("is one of the three", () => {
    expect(problemsOf("name: x\nphases: [{ name: a, lasts: 1s }]\nload: { concurrency: 8, rate: 20/s }")[0]).toMatch(
      /^s\.yaml:3:25: error: load has both concurrency and rate/,
    );
  });
});

describe("problems", () => {
  it("come all in one pass, each at its key or value", () => {
    const text = `name: x
sumary: typo
phases:
  - name: storm
    lasts: 30
    faults:
      - rate_limit: { dimension: tmp, retry_after: 5 }
        chance: 150%
      - rate_limt: { dimension: tpm }
      - truncate: { after: { token: 20 } }
      - latency: {}
expect:
  - retry_amplification: { at_most: 1.5, in: strom }
  - no_hung: { within: 20s }
  - recovers: { too: 95% }
`;
    expect(problemsOf(text)).toEqual([
      's.yaml:2:1: error: unknown key "sumary" (did you mean summary?)',
      's.yaml:5:12: error: "30" is not a duration; write it with a unit, such as 250ms, 2s or 5m',
      's.yaml:7:34: error: dimension must be one of rpm, tpm, rpd, not "tmp" (did you mean tpm?)',
      's.yaml:7:52: error: "5" is not a duration; write it with a unit, such as 250ms, 2s or 5m',
      "s.yaml:8:17: error: a chance is at most 100%",
      's.yaml:9:9: error: unknown fault "rate_limt" (did you mean rate_limit?)',
      's.yaml:10:30: error: unknown key "token" (did you mean tokens?)',
      "s.yaml:11:9: error: add is missing (A duration, or uniform, normal, lognormal, pareto or empirical)",
      's.yaml:13:46: error: there is no phase "strom" (did you mean storm?)',
      's.yaml:14:5: error: unknown expectation "no_hung" (did you mean no_hang?)',
      's.yaml:15:17: error: unknown key "too" (did you mean to?)',
    ]);
  });

  it("name the parameter inside a union, not the union", () => {
    const rule = (fault: string) => problemsOf(`name: x\nphases:\n- name: a\n  lasts: 1s\n  faults:\n  - ${fault}\n`);
    expect(rule("latency: { add: { normal: { mean: 2s, sd: 300 } } }")).toEqual([
      's.yaml:6:47: error: "300" is not a duration; write it with a unit, such as 250ms, 2s or 5m',
    ]);
    expect(rule("latency: { add: { pareto: { min: 2s, alhpa: 2 } } }")).toEqual([
      's.yaml:6:42: error: unknown key "alhpa" (did you mean alpha?)',
    ]);
    expect(rule("latency: { add: true }")[0]).toMatch(/^s\.yaml:6:21: error: add cannot be true \(A duration, or/);
    expect(rule("truncate: { after: before_finnish }")[0]).toMatch(/did you mean before_finish/);
    expect(rule("truncate: { after: { event: x, nth: two } }")).toEqual([
      's.yaml:6:41: error: "two" is not a whole number',
    ]);
  });

  it.each([
    ["a phase of 0 s", "phases: [{ name: a, lasts: 0s }]", "2:28: error: a phase of 0 s never happens"],
    [
      "two phases of one name",
      "phases: [{ name: a, lasts: 1s }, { name: a, lasts: 1s }]",
      "2:42: error: two phases are called a",
    ],
    ["a name the run needs", "phases: [{ name: drain, lasts: 1s }]", "2:18: error: the name drain is taken"],
    ["no phases", "seed: 1", "1:1: error: phases is missing"],
    ["an empty list of phases", "phases: []", "2:9: error: phases needs at least 1 entry"],
    [
      "two final faults in a rule",
      "phases: [{ name: a, lasts: 1s, faults: [{ rate_limit: {}, hang: {} }] }]",
      "2:59: error: rate_limit and hang both end the call, so hang could never act (make them two rules)",
    ],
    [
      "two faults in a rule",
      "phases: [{ name: a, lasts: 1s, faults: [{ latency: { add: 1s }, hang: {} }] }]",
      "2:65: error: one rule has one fault, and this one has latency and hang",
    ],
    [
      "no fault in a rule",
      "phases: [{ name: a, lasts: 1s, faults: [{ chance: 1 }] }]",
      "2:41: error: this rule names no fault",
    ],
    [
      "a stream fault without streams",
      "phases: [{ name: a, lasts: 1s, faults: [{ stall: {}, where: { stream: false } }] }]",
      "2:71: error: stall acts on streams, and where.stream false leaves none",
    ],
    [
      "an unknown tier",
      "limits: [{ tier: openai/teir-1 }]\nphases: [{ name: a, lasts: 1s }]",
      '2:18: error: there is no tier "openai/teir-1" (did you mean openai/tier-1?)',
    ],
    [
      "a model the tier lacks",
      "limits: [{ tier: openai/tier-1, model: gpt4o }]\nphases: [{ name: a, lasts: 1s }]",
      "(names are exact) (did you mean gpt-4o?)",
    ],
    [
      "a limit without numbers",
      "limits: [{ model: m }]\nphases: [{ name: a, lasts: 1s }]",
      "2:10: error: this limit has no numbers",
    ],
    [
      "a glob in a limit",
      'limits: [{ model: "gpt*", rpm: 1 }]\nphases: [{ name: a, lasts: 1s }]',
      "one bucket per exact model name",
    ],
    [
      "a share that is never reached",
      "phases: [{ name: a, lasts: 9s }]\nabort_when: { error_rate: { over: 50, for: 5s } }",
      "3:35: error: never happens: write a share below 100%",
    ],
    ["a falling ramp", "load: { ramp: { from: 8, to: 2 } }", "2:30: error: to must not be less than from"],
    [
      "a header in an expectation",
      "phases: [{ name: a, lasts: 1s }]\nexpect: [{ no_hang: { within: 1s, where: { header: { a: b } } } }]",
      '3:44: error: unknown key "header"',
    ],
  ])("refuse %s", (_name, text, expected) => {
    expect(problemsOf(`name: x\n${text}\n`).join("\n")).toContain(expected);
  });
});

describe("limits", () => {
  it("take a tier's numbers unless the row has its own", () => {
    const limits = (row: string) => load(`name: x\nlimits: [${row}]\nphases: [{ name: a, lasts: 1s }]`).scenario.limits;
    expect(limits("{ tier: openai/tier-1, model: gpt-4o, tpm: 6_000, per: key }")[0]).toMatchObject({
      per: "key",
      limits: { rpm: 500, tpm: 6_000 },
    });
    expect(limits("{ model: m, rpd: 20, provider: openai }")).toEqual([
      { label: "limits 1 m", per: "key+model", limits: { rpd: 20 }, provider: "openai", model: "m" },
    ]);
  });
});

it("the registry of these tests is used", () => {
  expect(problemsOf("name: x\nphases: [{ name: a, lasts: 1s, faults: [wind] }]")[0]).toContain(
    [...REGISTRY.faults.keys()].join(", "),
  );
});
