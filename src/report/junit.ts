import type { Report, ReportedExpectation } from "../core/report.ts";
import { escapeMarkup } from "./markup.ts";

/** JUnit XML: one test case for each expectation. Inconclusive is `skipped`, since no CI knows a third outcome. */
export function renderJunit(report: Report): string {
  const count = (verdict: ReportedExpectation["verdict"]) =>
    report.expectations.filter((expectation) => expectation.verdict === verdict).length;
  const seconds = (report.durationMs / 1_000).toFixed(3);
  const early = report.stopped === null ? 0 : 1;
  const head = `tests="${report.expectations.length + early}" failures="${count("fail") + early}" skipped="${count("inconclusive")}" time="${seconds}"`;
  const cases = report.expectations.map((expectation) => renderCase(report, expectation));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${head}>`,
    `  <testsuite name="${escapeMarkup(report.scenario)}" ${head} timestamp="${escapeMarkup(report.startedAt)}">`,
    ...cases,
    ...(report.stopped === null ? [] : [renderStopped(report, report.stopped)]),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
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
