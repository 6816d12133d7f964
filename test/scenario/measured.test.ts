import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { formatProblem, InvalidFileError } from "../../src/core/errors.ts";
import { explainScenario, loadScenario, parseFaultLine } from "../../src/scenario/index.ts";

const folder = mkdtempSync(join(tmpdir(), "measured-"));
mkdirSync(join(folder, "scenarios"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "scenarios/measured.yaml");
const text = (file: string) => `name: measured
phases:
  - name: slow
    lasts: 5s
    faults:
      - latency: { add: { empirical: ${file} } }
`;
const load = (file: string) => loadScenario({ path, text: text(file), env: {} });

function problemsOf(file: string): string[] {
  try {
    load(file);
    return [];
  } catch (error) {
    if (error instanceof InvalidFileError) return error.problems.map(formatProblem);
    throw error;
  }
}

function write(name: string, content: string): string {
  writeFileSync(join(folder, "scenarios", name), content);
  return name;
}

it("puts the durations of a file in its name's place, for the chooser alone", () => {
  const lines = write("waits.txt", "# of last Tuesday\n180ms\n\n1.2s\r\n");
  const list = write("waits.json", '["180ms", "1.2s"]');
  for (const file of [lines, list]) {
    const { filled, scenario, files } = load(file);
    expect(files).toEqual([path, join(folder, "scenarios", file)]);
    expect(explainScenario(scenario).join("\n")).toContain(`one of the measured durations late (from ${file})`);
    expect(filled.phases[0]?.faults[0]?.params).toEqual({ add: { empirical: ["180ms", "1.2s"] } });
    expect(scenario.phases[0]?.faults[0]?.params).toEqual({ add: { empirical: file } });
  }
});

it("says where a file is wrong, at the place that names it, and repeats nothing of it", () => {
  const bad = problemsOf(write("bad.txt", "180ms\nOPENAI_API_KEY=sk-secret\n"));
  expect(bad).toEqual([expect.stringMatching(/measured\.yaml:6:38: error: bad\.txt:2 is not a duration/)]);
  expect(bad.join()).not.toContain("sk-");
  expect(problemsOf(write("bare.json", '["2s", 240]')).join()).toContain("bare.json, entry 2 is not a duration");
  expect(problemsOf(write("torn.json", '["2s",')).join()).toContain("is none");
  expect(problemsOf(write("empty.txt", "# nothing\n")).join()).toContain("has no durations");
  expect(problemsOf(write("long.txt", "2s\n".repeat(10_001))).join()).toContain("the most is 10000");
  expect(problemsOf("missing.txt")).toEqual([expect.stringContaining("missing.txt does not exist")]);
});

it("looks beside the file in which it is named, where one scenario extends another", () => {
  mkdirSync(join(folder, "scenarios/base"));
  write("base/waits.txt", "7s\n");
  write("base/parent.yaml", text("waits.txt"));
  const child = loadScenario({ path, text: "name: child\nextends: base/parent.yaml\n", env: {} });
  expect(child.filled.phases[0]?.faults[0]?.params).toEqual({ add: { empirical: ["7s"] } });
});

it("reads nothing outside of the scenario's folder", () => {
  writeFileSync(join(folder, "outside.txt"), "2s\n");
  symlinkSync(join(folder, "outside.txt"), join(folder, "scenarios/link.txt"));
  expect(problemsOf("../outside.txt").join()).toContain("is outside the folder");
  expect(problemsOf("link.txt").join()).toContain("leads outside the folder");
});

it("reads no file for a fault that comes by flag or control channel", () => {
  const line = (form: string) => () => parseFaultLine(`latency: { add: { empirical: ${form} } }`);
  expect(line("waits.txt")).toThrow(/only a scenario file can name a file of durations/);
  expect(line("[180ms, 1.2s]")).not.toThrow();
});
