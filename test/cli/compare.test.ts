import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { compareCommand } from "../../src/cli/compare.ts";
import { tableLines } from "../../src/cli/table.ts";
import { comparisonFileSchema, renderers } from "../../src/report/index.ts";
import { reportFromLog } from "../../src/run/report-run.ts";
import { type Story, story } from "../support/events.ts";
import { served } from "../support/report.ts";

let folder: string;
let printed: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "llm-chaos-compare-"));
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const expectations = [{ name: "no_hang", params: { within: "20s" } }];

function quick(): Story {
  const told = story({ expect: expectations }).after(2_000).phase("baseline");
  for (let n = 0; n < 6; n++) served(told, `base${n}`);
  return told;
}

function slow(): Story {
  const told = quick();
  return served(told, "late", { lastsMs: 25_000 });
}

function played(name: string, told: Story): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, "events.jsonl"),
    told
      .ended()
      .events.map((event) => `${JSON.stringify(event)}\n`)
      .join(""),
  );
  return path;
}

describe("llm-chaos compare", () => {
  it("ends with 1 when something got worse, and says what first", () => {
    expect(compareCommand(played("a", quick()), played("b", slow()), {})).toBe(1);
    expect(printed).toMatch(/^WORSE {2}1 worse, 0 better/);
    expect(printed).toMatch(/✗ +every front-door call ends +held: .* broken: .* worse$/m);
  });

  it("ends with 0 when nothing did, in JSON too", () => {
    expect(compareCommand(played("a", slow()), played("b", quick()), { json: true })).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({ version: 1, verdict: "better", changed_plan: [] });
    expect(comparisonFileSchema.safeParse(JSON.parse(printed)).error?.issues ?? []).toEqual([]);
    expect(comparisonFileSchema.safeParse({ ...JSON.parse(printed), surprise: 1 }).success).toBe(false);
  });

  it("takes report.json where the log is gone, and a folder of repeats", () => {
    const [one, two] = [played("a", quick()), played("b", quick())];
    writeFileSync(join(one, "report.json"), renderers.get("report.json")?.(reportFromLog(one).report) ?? "");
    rmSync(join(one, "events.jsonl"));
    mkdirSync(join(folder, "repeats"));
    renameSync(two, join(folder, "repeats/run-1"));
    played("repeats/run-2", quick());
    expect(compareCommand(one, join(folder, "repeats"), {})).toBe(0);
    expect(printed).toMatch(/repeats +1 +2$/m);
    expect(printed).toContain("held 2 of 2");
  });

  it("refuses in words what holds no run", () => {
    mkdirSync(join(folder, "empty"));
    expect(() => compareCommand(join(folder, "empty"), played("b", quick()), {})).toThrow(/holds no run/);
    expect(() => compareCommand(join(folder, "missing"), played("c", quick()), {})).toThrow(/does not exist/);
  });
});

describe("a table", () => {
  it("wraps its widest cells where the terminal is narrow, and loses no word", () => {
    const long = "three of forty-one waits were respected and the rest came far too early";
    const lines = tableLines([["x", "rule", long]], { width: 40, head: undefined });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(lines.join(" ").replaceAll(/\s+/g, " ")).toBe(`x rule ${long}`);
  });
});
