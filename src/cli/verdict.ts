import type { Report } from "../core/report.ts";
import { formatCount } from "../core/units.ts";
import { bitesFirst, headroom, limitsChanged, notExercised, profileSentence } from "../report/index.ts";
import { paint, verdictMark } from "./style.ts";

const WORDS = { pass: "READY", fail: "NOT READY", inconclusive: "INCONCLUSIVE" } as const;
const COLOURS = { pass: "blue", fail: "red", inconclusive: "yellow" } as const;

/** READY, NOT READY or INCONCLUSIVE, for stdout. */
export function verdictWord(verdict: Report["verdict"]): string {
  return paint(["bold", COLOURS[verdict]], WORDS[verdict], process.stdout);
}

/** The result of a run on stdout: the verdict first, then rule and measured value of each expectation, then where the runbook is. */
export function verdictLines(report: Report, paths: ReadonlyMap<string, string>): string[] {
  const out = process.stdout;
  const held = report.expectations.filter((expectation) => expectation.verdict === "pass").length;
  const stopped = report.stopped === null ? "" : ` (stopped early: ${report.stopped})`;
  if (report.expectations.length === 0) return unjudgedLines(report, paths);
  const lines = [
    `${verdictWord(report.verdict)}  ${report.scenario}: ${held} of ${report.expectations.length} expectations held${stopped}`,
  ];
  const order = ["fail", "inconclusive", "pass"];
  for (const expectation of report.expectations.toSorted(
    (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict),
  )) {
    const where = expectation.phase === null ? "" : ` in ${expectation.phase}`;
    lines.push(`  ${verdictMark(expectation.verdict, out)} ${expectation.explained}${where}: ${expectation.summary}`);
    const proof = expectation.verdict === "pass" ? undefined : expectation.evidence[0];
    if (proof !== undefined)
      lines.push(
        `      ${proof.note}${proof.events.length > 0 ? ` (events ${proof.events.slice(0, 4).join(", ")})` : ""}`,
      );
  }
  for (const fault of report.faults.filter((fault) => fault.hits === 0)) {
    lines.push(`  ${verdictMark("inconclusive", out)} ${notExercised(fault)}`);
  }
  return [...lines, ...closingLines(report, paths)];
}

/** A proxy without a scenario has nothing to judge; what came through it is told all the same. */
function unjudgedLines(report: Report, paths: ReadonlyMap<string, string>): string[] {
  const refused = report.refusals.reduce((sum, { count }) => sum + count, 0);
  const { attempts } = report.calls;
  const calls = `${formatCount(attempts)} ${attempts === 1 ? "call" : "calls"} to the provider, ${formatCount(refused)} refused`;
  return [`${report.scenario}: ${calls}; nothing was expected, so nothing is judged`, ...closingLines(report, paths)];
}

function closingLines(report: Report, paths: ReadonlyMap<string, string>): string[] {
  const runbook = paths.get("runbook.html");
  const reacts = profileSentence(report);
  const wall = report.limits.length === 0 ? [] : [`  wall     ${bitesFirst(report)}`, `           ${headroom(report)}`];
  const changed = limitsChanged(report);
  return [
    ...wall,
    ...(changed === "" ? [] : [`  limits   ${changed}`]),
    ...(reacts === "" ? [] : [`  reacts   ${reacts}`]),
    ...(runbook === undefined ? [] : [`  runbook  ${runbook}`]),
    `  repeat   ${report.reproduce}`,
  ];
}
