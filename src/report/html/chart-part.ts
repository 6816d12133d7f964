import type { Report } from "../../core/report.ts";
import { formatCount, formatDuration } from "../../core/units.ts";
import { ALL_FILLS, bucketed, FAULT_FILL, judgedSeries, kindsOf, rampChart, runChart } from "../charts/index.ts";
import { escapeMarkup } from "../markup.ts";
import { clockTime, NOT_MEASURED, OUTCOMES } from "../sentences/index.ts";
import { box, type Fill, textures } from "../svg/index.ts";
import { paragraph, table } from "./parts.ts";

const WIDE = 760;
const PAPER = 560;
const NARROW = 330;
const MOST_ROWS = 20;

/** The picture of the run in three widths (so that letters keep their size on a phone and on paper), its legend, and the same numbers as a table. */
export function chartPart(report: Report): string[] {
  if (report.calls.attempts === 0 && report.calls.frontDoor === 0)
    return [paragraph(`${NOT_MEASURED}: no call was seen.`)];
  const isRamp = report.load.steps.length > 0;
  const draw = isRamp ? rampChart : runChart;
  return [
    legend(report, isRamp),
    `<figure class="wide">${draw(report, { id: "wide", width: WIDE })}</figure>`,
    `<figure class="paper">${draw(report, { id: "paper", width: PAPER })}</figure>`,
    `<figure class="narrow">${draw(report, { id: "narrow", width: NARROW })}</figure>`,
    `<details class="screen"><summary>The chart as a table</summary>${isRamp ? stepTable(report) : timeTable(report)}</details>`,
  ];
}

function legend(report: Report, isRamp: boolean): string {
  const signs = new Map<string, string>(OUTCOMES.map(({ outcome, sign }) => [outcome, sign]));
  const { frontDoor, outcomes } = report.calls;
  const items = kindsOf(report).map(({ key, word, fill }) => {
    const count = key !== "refused" && frontDoor > 0 ? ` ${formatCount(outcomes[key])}` : "";
    return item(fill, `${signs.get(key) ?? "▲"} ${word}${count}`, key);
  });
  const acted = report.faults.some(({ hits }) => hits > 0);
  const fault = !isRamp && acted ? [item(FAULT_FILL, "▨ fault in force", "fault")] : [];
  return `<ul class="legend">${[...items, ...fault].join("")}</ul>`;
}

function item(fill: Fill, words: string, id: string): string {
  const swatch = box({ x: 0.5, y: 0.5, width: 15, height: 10 }, fill, `legend-${id}`);
  return `<li><svg class="chart" viewBox="0 0 16 11" aria-hidden="true">${textures(
    `legend-${id}`,
    ALL_FILLS.filter((one) => one === fill || one.texture === fill.texture),
  )}${swatch}</svg>${escapeMarkup(words)}</li>`;
}

function timeTable(report: Report): string {
  const kinds = kindsOf(report);
  const rows = bucketed(judgedSeries(report), MOST_ROWS).map((bucket) => [
    { html: clockTime(bucket.atMs) },
    ...kinds.map(({ key }) => ({ html: formatCount(bucket[key]), number: true as const })),
    { html: durationOr(bucket.ttftP95Ms), number: true as const },
  ]);
  const header = ["from", ...kinds.map(({ word }) => word), "first token p95"];
  return table(header, rows, { caption: "Calls over time" });
}

function stepTable({ load }: Report): string {
  const rows = load.steps.map((step) => [
    { html: `${step.concurrency}${step.trustworthy ? "" : ` (not trustworthy: ${escapeMarkup(step.why ?? "")})`}` },
    ...OUTCOMES.map(({ outcome }) => ({ html: formatCount(step[outcome]), number: true as const })),
    { html: formatCount(step.queued), number: true as const },
    { html: durationOr(step.p50Ms), number: true as const },
    { html: durationOr(step.p95Ms), number: true as const },
  ]);
  const header = ["callers at once", ...OUTCOMES.map(({ outcome }) => outcome), "queued", "p50", "p95"];
  return table(header, rows, { caption: "Calls by callers at once" });
}

function durationOr(ms: number | null): string {
  return ms === null ? NOT_MEASURED : formatDuration(ms);
}
