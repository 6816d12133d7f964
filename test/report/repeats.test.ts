import { describe, expect, it } from "vitest";
import type { Report } from "../../src/core/report.ts";
import {
  annotations,
  renderJunitOfAll,
  repeatsFileSchema,
  repeatsSummary,
  stepSummary,
  summariseRepeats,
  worstExitCode,
} from "../../src/report/index.ts";
import { broken, held, rampStory, reportOf, stormStory } from "../support/report.ts";

const good = reportOf(stormStory().ended(), { expectations: [held(), held({ phase: "storm" })] });
const bad = reportOf(stormStory().ended(), { expectations: [held(), held({ phase: "storm", verdict: "fail" })] });

const series = (reports: readonly Report[], { wanted = reports.length, stopped = null as string | null } = {}) =>
  summariseRepeats(
    reports.map((report, index) => ({ report, folder: `run-${index + 1}` })),
    { wanted, stopped, reproduce: "llm-chaos run s.yaml --seed 7 --repeat 3" },
  );

describe("a series of repeats", () => {
  it("passes only when every repeat passes", () => {
    expect(series([good, good, good])).toMatchObject({
      verdict: "pass",
      expectations: [{ flaky: false }, { held: 3 }],
    });
    expect(series([good, bad, good]).verdict).toBe("fail");
  });

  it("names what held in some repeats and broke in others", () => {
    const { expectations } = series([good, bad, good]);
    expect(expectations[0]).toMatchObject({ held: 3, broken: 0, flaky: false, verdict: "pass" });
    expect(expectations[1]).toMatchObject({ held: 2, broken: 1, flaky: true, verdict: "fail", phase: "storm" });
    expect(series([bad, bad]).expectations[1]).toMatchObject({ held: 0, broken: 2, flaky: false });
  });

  it("is what its schema says, without a key too many", () => {
    for (const summary of [series([good, bad]), series([good], { wanted: 3, stopped: "1 of 3 repeats were played" })]) {
      const written = JSON.parse(JSON.stringify(summary));
      expect(repeatsFileSchema.safeParse(written).error?.issues ?? []).toEqual([]);
      expect(repeatsFileSchema.safeParse({ ...written, surprise: 1 }).success).toBe(false);
    }
  });

  it("that was cut short has not passed, even if all that was played did", () => {
    const cut = series([good], { wanted: 3, stopped: "1 of 3 repeats were played" });
    expect(cut.verdict).toBe("inconclusive");
    expect(repeatsSummary(cut)).toContain(
      "INCONCLUSIVE, stopped early (1 of 3 repeats were played): story, 1 of 3 repeats",
    );
  });

  it("tells seed, folder and reproduce line of each", () => {
    expect(series([good]).runs).toEqual([
      {
        run_id: good.runId,
        folder: "run-1",
        seed: good.seed,
        verdict: "pass",
        stopped: null,
        reproduce: good.reproduce,
      },
    ]);
  });

  it("is one JUnit suite for each", () => {
    const xml = renderJunitOfAll([good, bad]);
    expect(xml).toContain('<testsuites tests="4" failures="1" skipped="0"');
    expect(xml.match(/<testsuite name="story \((1|2) of 2\)"/g)).toHaveLength(2);
  });
});

describe("exit codes of several runs", () => {
  it.each([
    [[0, 0], 0],
    [[0, 3, 0], 3],
    [[3, 1], 1],
    [[1, 4], 4],
    [[4, 5, 1], 5],
    [[5, 2], 2],
    [[], 0],
  ] as const)("of %j is %i", (codes, worst) => {
    expect(worstExitCode(codes)).toBe(worst);
  });
});

describe("a job's summary", () => {
  it("says verdict, expectations and the command; users' texts are no markup", () => {
    const report = reportOf(stormStory().ended(), { expectations: [broken({ summary: "a | b <img>" })] });
    const text = stepSummary({ ...report, reproduce: "llm-chaos run s.yaml" });
    expect(text).toMatch(/^### ✗ NOT READY: story$/m);
    expect(text).toContain("| ✗ | at least 99 % of retries wait as announced | a \\| b \\<img> |");
    expect(text).toContain("```sh\nllm-chaos run s.yaml\n```");
  });

  it("says of a ramp where it begins", () => {
    expect(stepSummary(reportOf(rampStory().ended()))).toMatch(/^- Shedding begins: measured: \(4,.8\]/m);
  });

  it("has an error for each broken expectation, escaped as workflow commands are", () => {
    const report = reportOf(stormStory().ended("interrupted"), {
      expectations: [held(), broken({ summary: "50 % of\nthem" }), held({ verdict: "inconclusive", phase: "storm" })],
    });
    expect(annotations({ ...report, scenario: "a: b, c" })).toEqual([
      "::error title=llm-chaos%3A a%3A b%2C c::stopped early: interrupted",
      "::error title=llm-chaos%3A a%3A b%2C c::at least 99 %25 of retries wait as announced: 50 %25 of%0Athem",
      "::warning title=llm-chaos%3A a%3A b%2C c::every front-door call ends within 20 s in storm: all 7 calls ended",
    ]);
  });
});
