// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the scenario language
import { describe, expect, it } from "vitest";
import { explainScenario } from "../../src/scenario/explain.ts";
import { load, REGISTRY } from "../support/scenario.ts";

const explain = (text: string) => explainScenario(load(`name: x\n${text}`).scenario, REGISTRY);

describe("explain", () => {
  it("tells the scenario in plain sentences", () => {
    const text = `summary: A storm.
hypothesis: It holds.
seed: 4
clock_scale: 1440
limits:
  - { tier: openai/tier-1, model: gpt-4o, per: key }
  - { rpd: 1_000 }
phases:
  - { name: calm, lasts: 1m }
  - name: storm
    lasts: 30s
    faults:
      - latency: { add: 1s }
        where: { provider: openai, stream: true, tools: false, header: { x-team: blue }, min_input_tokens: 4_000 }
        chance: 5%
        at_most: 1
      - hang:
        where: { path: /v1/*, key: ab12, nth: 3, first: 9 }
load: { rate: 90/m }
abort_when: { error_rate: { over: 50%, for: 5s, in: calm } }
expect:
  - no_hang: { within: 2s, in: [calm, storm], where: { model: "gpt-*" } }
`;
    expect(explain(text)).toEqual([
      "x: A storm.",
      "Believed: It holds.",
      "Counted wall openai/tier-1 gpt-4o: 500 rpm, 30,000 tpm for each key (read 2026-09-24).",
      "Counted wall limits 2: 1,000 rpd for each key and model.",
      "Day limits refill 1,440 times as fast as in life.",
      "The front door is called 1.5 times a second, whatever the app does.",
      "1. calm, for 1 min: no fault.",
      "2. storm, for 30 s:",
      '   5 % of the calls to openai that stream without tools whose x-team is blue of at least 4,000 input tokens: latency {"add":{"kind":"fixed","ms":1000}}, at most once.',
      "   all calls on /v1/* with the key ab12… counting only each 3rd counting only the first 9: hang {}.",
      "The run stops early when more than 50 % of the calls fail for 5 s in calm.",
      "Expected:",
      '   no_hang: no_hang {"within":2000}, in calm and storm, for calls with the model gpt-*.',
      "Seed 4: the same seed makes the same decisions.",
    ]);
  });

  it("says what a ramp will do, and that nothing is driven or expected", () => {
    expect(
      explain("load: { ramp: { from: 2, to: 8, factor: 2, hold: 10s, settle: 2s, repeats: 3, start: full } }"),
    ).toContain(
      "The front door is called by 2, 4, 8 callers at once, each step for 12 s, 3 times (about 1 min 48 s); counted buckets are full when a step starts.",
    );
    const lines = explain("phases: [{ name: a, lasts: 1s }]");
    expect(lines).toContain("Nothing is driven: calls come from whoever uses the app.");
    expect(lines).toContain("Nothing is expected: the run ends without a verdict on the app.");
  });

  it("shows a placeholder where a value will be", () => {
    const text = 'phases: [{ name: a, lasts: 1s, faults: [{ latency: { add: "${WAIT:-2s}" } }] }]';
    expect(explain(text).join("\n")).toContain('all calls: latency {"add":"${WAIT:-2s}"}');
  });
});
