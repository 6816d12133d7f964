import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatProblem } from "../../src/core/errors.ts";
import { validateFile } from "../../src/scenario/validate.ts";
import { REGISTRY } from "../support/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "llm-chaos-validate-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(file: string, text: string): string {
  mkdirSync(join(folder, "scenarios"), { recursive: true });
  writeFileSync(join(folder, file), text);
  return join(folder, file);
}
const problems = (path: string) =>
  validateFile(path, {}, REGISTRY).map((problem) => formatProblem(problem).replace(`${folder}/`, ""));

const APP =
  "app:\n  url: http://127.0.0.1:1\n  front_door: { path: /, fallback_when: { header: { x-model: '*mini*' } } }\n";
const STORM = "name: s\nphases:\n- name: a\n  lasts: 9s\n  faults: [rate_limit]\n";

describe("validate", () => {
  it("tells the two kinds of file apart", () => {
    expect(problems(put("llm-chaos.yaml", "ap: {}\n"))).toEqual([
      'llm-chaos.yaml:1:1: error: unknown key "ap" (did you mean app?)',
    ]);
    expect(problems(put("other.yaml", `${APP}  redy: /\n`))).toEqual([
      'other.yaml:4:3: error: unknown key "redy" (did you mean ready?)',
    ]);
    expect(problems(put("scenarios/x.yaml", "name: x\napp: {}\n"))).toEqual([
      "scenarios/x.yaml:1:1: error: phases is missing (a run without a ramp needs at least one phase: - { name: baseline, lasts: 20s })",
      expect.stringContaining('scenarios/x.yaml:2:1: error: unknown key "app"'),
    ]);
  });

  it("holds a scenario against the app file beside or above it", () => {
    rmSync(join(folder, "llm-chaos.yaml"), { force: true });
    const path = put("scenarios/s.yaml", STORM);
    expect(problems(path)).toEqual([]);
    put("llm-chaos.yaml", APP);
    expect(problems(path)).toEqual([
      expect.stringMatching(/^scenarios\/s\.yaml:5:12: warning: this fault also meets the model the app falls back to/),
    ]);
    put("llm-chaos.yaml", "broken: [");
    expect(problems(path)).toEqual([]);
  });
});
