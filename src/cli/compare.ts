import type { ComparedSide, Comparison, Direction, Finding } from "../core/comparison.ts";
import { ExitCode } from "../core/errors.ts";
import { compareRuns, renderComparison } from "../report/index.ts";
import { readRun } from "../run/read-run.ts";
import { GLYPH, paint } from "./style.ts";
import { tableLines } from "./table.ts";

/** `llm-chaos compare <before> <after>`: 1 when something got worse, else 0. */
export function compareCommand(before: string, after: string, flags: { json?: boolean }): number {
  const comparison = compareRuns(readRun(before), readRun(after));
  const text = flags.json === true ? renderComparison(comparison) : `${comparisonLines(comparison).join("\n")}\n`;
  process.stdout.write(text);
  return ["worse", "mixed"].includes(comparison.verdict) ? ExitCode.failed : ExitCode.passed;
}

const HEADLINES = {
  worse: { word: "WORSE", colour: "red" },
  mixed: { word: "BETTER AND WORSE", colour: "red" },
  better: { word: "BETTER", colour: "blue" },
  "no clear change": { word: "NO CLEAR CHANGE", colour: "yellow" },
} as const;

const ORDER: readonly Direction[] = ["worse", "better", "changed", "cannot tell", "no clear change"];
const MARKS = {
  worse: { glyph: GLYPH.fail, colour: "red" },
  better: { glyph: GLYPH.pass, colour: "blue" },
  changed: { glyph: "~", colour: "yellow" },
  "cannot tell": { glyph: GLYPH.inconclusive, colour: "yellow" },
  "no clear change": { glyph: "=", colour: "gray" },
} as const;

/** The verdict, how the plans differ, then a table, what got worse first. */
export function comparisonLines(comparison: Comparison, width = process.stdout.columns ?? 120): string[] {
  const out = process.stdout;
  const { word, colour } = HEADLINES[comparison.verdict];
  const count = (direction: Direction) => comparison.findings.filter((one) => one.direction === direction).length;
  const lines = [
    `${paint(["bold", colour], word, out)}  ${count("worse")} worse, ${count("better")} better, ${count("no clear change")} without a clear change`,
    `  before  ${sideInWords(comparison.before)}`,
    `  after   ${sideInWords(comparison.after)}`,
  ];
  if (comparison.changedPlan.length > 0) lines.push("", "The plan differs, so a difference may come from here:");
  const plan = comparison.changedPlan.map(({ what, before, after }) => ["  ", what, before, after]);
  lines.push(...tableLines(plan, { width, head: undefined }));
  const sorted = comparison.findings.toSorted((a, b) => ORDER.indexOf(a.direction) - ORDER.indexOf(b.direction));
  lines.push("", ...tableLines(sorted.map(rowOf), { width, head: ["", "", "before", "after", ""] }));
  return lines;
}

function rowOf({ what, before, after, direction, because }: Finding): string[] {
  const { glyph, colour } = MARKS[direction];
  const why = because === "" ? direction : `${direction}: ${because}`;
  const mark = paint(colour, `  ${glyph}`, process.stdout);
  return [mark, what, before, after, paint(colour, why, process.stdout)];
}

function sideInWords({ runIds, scenario, startedAt, verdict, stopped }: ComparedSide): string {
  const runs = runIds.length === 1 ? (runIds[0] ?? "") : `${runIds.length} repeats (${runIds[0]} …)`;
  const early = stopped.length === 0 ? "" : `, stopped early: ${stopped.join(", ")}`;
  return `${scenario}  ${runs}  ${startedAt.slice(0, 16).replace("T", " ")}  ${verdict}${early}`;
}
