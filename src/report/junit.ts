import type { Report, ReportedExpectation } from "../core/report.ts";
import { escapeMarkup } from "./markup.ts";

/** JUnit XML: one test case for each expectation. Inconclusive is `skipped`, since no CI knows a third outcome. */
export function renderJunit(report: Report): string {
  return renderJunitOfAll([report]);
}

/** One test suite for each repeat. */
export function renderJunitOfAll(reports: readonly Report[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${countsOf(reports)}>`,
    ...reports.flatMap((report, index) =>
      renderSuite(report, reports.length === 1 ? "" : ` (${index + 1} of ${reports.length})`),
    ),
    "</testsuites>",
    "",
  ].join("\n");
}

function renderSuite(report: Report, nth: string): string[] {
  return [
    `  <testsuite name="${escapeMarkup(report.scenario + nth)}" ${countsOf([report])} timestamp="${escapeMarkup(report.startedAt)}">`,
    ...report.expectations.map((expectation) => renderCase(report, expectation)),
    ...(report.stopped === null ? [] : [renderStopped(report, report.stopped)]),
    "  </testsuite>",
  ];
}

function countsOf(reports: readonly Report[]): string {
  const all = reports.flatMap(({ expectations }) => expectations);
  const count = (verdict: ReportedExpectation["verdict"]) => all.filter((one) => one.verdict === verdict).length;
  const early = reports.filter(({ stopped }) => stopped !== null).length;
  const seconds = reports.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1_000;
  return `tests="${all.length + early}" failures="${count("fail") + early}" skipped="${count("inconclusive")}" time="${seconds.toFixed(3)}"`;
}

/** A CI that looks at nothing else must not take a run that was cut short for a good one. */
function renderStopped(report: Report, why: string): string {
  return `    <testcase classname="${escapeMarkup(report.scenario)}" name="the run comes to its end"><failure message="stopped early: ${escapeMarkup(why)}"/></testcase>`;
}

function renderCase(report: Report, expectation: ReportedExpectation): string {
  const where = expectation.phase === null ? "" : ` in ${expectation.phase}`;
  const open = `    <testcase classname="${escapeMarkup(report.scenario)}" name="${escapeMarkup(expectation.explained + where)}"`;
  if (expectation.verdict === "pass") return `${open}/>`;
  const proof = expectation.evidence.map((item) => `${item.note} (events ${item.events.join(", ")})`).join("\n");
  const body =
    expectation.verdict === "fail"
      ? `<failure message="${escapeMarkup(expectation.summary)}">${escapeMarkup(proof)}</failure>`
      : `<skipped message="${escapeMarkup(`inconclusive: ${expectation.summary}`)}"/>`;
  return `${open}>\n      ${body}\n    </testcase>`;
}
