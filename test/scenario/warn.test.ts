import { describe, expect, it } from "vitest";
import type { AppFile } from "../../src/core/app.ts";
import { formatProblem } from "../../src/core/errors.ts";
import { loadApp } from "../../src/scenario/app-file.ts";
import { load } from "../support/scenario.ts";

const { app } = loadApp({
  text: 'app: { url: http://127.0.0.1:1, front_door: { path: /, deadline: 10s, fallback_when: { header: { x-model: "*mini*" } } } }',
  env: {},
});
const warnings = (text: string, known?: AppFile) =>
  load(`name: x\n${text}`, known && { app: known }).warnings.map(formatProblem);
const storm = (rule: string, lasts = "30s") => `phases:\n- name: storm\n  lasts: ${lasts}\n  faults:\n  - ${rule}\n`;

describe("warnings", () => {
  it("when a fault also meets the fallback", () => {
    expect(warnings(storm("{ rate_limit: {}, where: { model: gpt-* } }"), app)).toEqual([
      "s.yaml:6:39: warning: this fault also meets the model the app falls back to (*mini*) (name the first model exactly in where: { model: … })",
    ]);
    expect(warnings(storm("rate_limit: {}"), app)).toHaveLength(1);
    expect(warnings(storm("{ rate_limit: {}, where: { model: gpt-4o } }"), app)).toEqual([]);
    expect(warnings(storm("latency: { add: 1s }"), app)).toEqual([]);
    expect(warnings(storm("rate_limit: {}"))).toEqual([]);
  });

  it("when a stall is not shorter than its phase", () => {
    expect(warnings(storm("stall: { lasts: 30s }"))).toEqual([
      "s.yaml:6:21: warning: stall lasts 30 s, not shorter than its phase (30 s) (nothing that comes after it is seen in this phase)",
    ]);
    expect(warnings(storm("stall: { lasts: 29s }"))).toEqual([]);
  });

  it("when no provider would announce such a wait", () => {
    expect(warnings(storm("rate_limit: { retry_after: 2m }"))).toEqual([
      "s.yaml:6:32: warning: no provider announces 2 min for tpm: its window is 1 min",
    ]);
    expect(warnings(storm("rate_limit: { dimension: rpd, retry_after: 2h }"))).toEqual([]);
  });

  it("when the deadline is below what is expected of a call", () => {
    const text = `${storm("latency: { add: 1s }")}expect: [{ no_hang: { within: 20s } }, { recovers: { within: 20s } }]`;
    expect(warnings(text, app)).toEqual([
      "s.yaml:7:31: warning: the app's deadline (10 s) is below 20 s (a call counts as hung at the deadline; raise front_door.deadline)",
    ]);
  });

  it("when abort_when can never be reached", () => {
    const text = `${storm("latency: { add: 1s }")}abort_when: { error_rate: { over: 50%, for: 30s, in: storm } }`;
    expect(warnings(text)[0]).toMatch(/7:45: warning: for 30 s is not shorter than its phase/);
  });

  it("when the phases end before the ramp", () => {
    expect(warnings(`${storm("latency: { add: 1s }")}load: { ramp: { from: 1, to: 8 } }`)[0]).toMatch(
      /^s\.yaml:7:15: warning: the ramp needs 1 min 30 s, and the phases end after 30 s/,
    );
  });

  it("when clock_scale has nothing to speed up", () => {
    expect(warnings(`clock_scale: 1440\n${storm("latency: { add: 1s }")}`)[0]).toMatch(
      /2:14: warning: clock_scale speeds up/,
    );
    expect(warnings(`clock_scale: 1440x\nlimits: [{ rpd: 20 }]\n${storm("latency: { add: 1s }")}`)).toEqual([]);
  });
});
