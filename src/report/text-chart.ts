import type { Report } from "../core/report.ts";
import { formatDuration } from "../core/units.ts";
import { bucketed, judgedSeries, kindsOf } from "./charts/index.ts";
import { onOneLine } from "./one-line.ts";
import { clockTime, counted, NOT_MEASURED, OUTCOMES } from "./sentences/index.ts";

const COLUMNS = 60;
const BLOCKS = "▁▂▃▄▅▆▇█";
/** Width of the longest name before a row. */
const NAME = 16;

/** The chart of the run for a terminal: one row for each outcome, one column for each stretch of time or step of the ramp. */
export function textChart(report: Report): string[] {
  if (report.calls.attempts === 0 && report.calls.frontDoor === 0) return [`${NOT_MEASURED}: no call was seen`];
  return report.load.steps.length > 0 ? rampRows(report) : timeRows(report);
}

const USE_COLUMNS = 20;

/** How full a limit was over time, on one line; a space where nobody asked. */
export function textUse(shares: readonly (number | null)[]): string {
  const size = Math.max(1, Math.ceil(shares.length / USE_COLUMNS));
  const columns = Array.from({ length: Math.ceil(shares.length / size) }, (_, index) => {
    const known = shares.slice(index * size, (index + 1) * size).filter((share) => share !== null);
    return known.length === 0 ? " " : bar(Math.min(1, Math.max(...known)), 1);
  });
  return columns.join("").trim();
}

function timeRows(report: Report): string[] {
  const buckets = bucketed(judgedSeries(report), COLUMNS);
  const kinds = kindsOf(report);
  const most = Math.max(1, ...buckets.map((bucket) => Math.max(...kinds.map(({ key }) => bucket[key]))));
  const slowest = Math.max(0, ...buckets.map(({ ttftP95Ms }) => ttftP95Ms ?? 0));
  const seconds = formatDuration(buckets[0]?.lastsMs ?? 1_000);
  return [
    ...kinds.map(({ key, word }) => row(word, buckets.map((bucket) => bar(bucket[key], most)).join(""))),
    row("fault in force", buckets.map(({ atMs }) => (isFaulty(report, atMs) ? "▨" : " ")).join("")),
    row("first token p95", buckets.map(({ ttftP95Ms }) => bar(ttftP95Ms ?? 0, slowest)).join("")),
    ...report.phases.map(({ name, fromMs, toMs }) =>
      row(`phase ${onOneLine(name)}`, `${clockTime(fromMs)} to ${clockTime(toMs)}`),
    ),
    `One column is ${seconds}; a full block is ${counted(most, "call")}${slowest > 0 ? `, or ${formatDuration(slowest)}` : ""}.`,
  ];
}

function isFaulty({ phases, faults }: Report, atMs: number): boolean {
  const phase = phases.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
  return phase !== undefined && faults.some(({ phase: name, hits }) => name === phase.name && hits > 0);
}

function rampRows({ load }: Report): string[] {
  const names = ["callers at once", ...OUTCOMES.map(({ outcome }) => outcome), "p95 of served"];
  const columns = load.steps.map((step) => [
    `${step.concurrency}${step.trustworthy ? "" : "?"}`,
    ...OUTCOMES.map(({ outcome }) => String(step[outcome])),
    step.p95Ms === null ? "-" : formatDuration(step.p95Ms),
  ]);
  const lines = names.map((name, index) =>
    row(name, columns.map((column) => (column[index] ?? "").padStart(7)).join(" ")),
  );
  return load.steps.every(({ trustworthy }) => trustworthy) ? lines : [...lines, "?: not trustworthy"];
}

function row(name: string, content: string): string {
  return `${name.padEnd(NAME)} ${content}`.trimEnd();
}

/** Anything above zero is seen; zero is a dot. */
function bar(value: number, most: number): string {
  if (value <= 0 || most <= 0) return "·";
  return BLOCKS[Math.min(BLOCKS.length - 1, Math.ceil((value / most) * BLOCKS.length) - 1)] ?? "█";
}
