import type { Report, ReportedStep } from "../../core/report.ts";
import { formatDuration } from "../../core/units.ts";
import { concurrencyInWords, NOT_MEASURED } from "../sentences/index.ts";
import * as svg from "../svg/index.ts";
import { ALL_FILLS, OUTCOME_FILLS } from "./outcomes.ts";

const BARS_HEIGHT = 104;
const GAP = 26;
const LINE_HEIGHT = 48;
const LEFT = 46;

/** What became of the calls at each number of callers at once, where it begins to bend, and how long served calls took. */
export function rampChart(report: Report, { id, width }: { id: string; width: number }): string {
  const { steps } = report.load;
  const room = width - LEFT - 8;
  const slot = room / Math.max(1, steps.length);
  const labels = labelsOf(report, slot);
  const top = 8 + svg.stackLabels({ x: LEFT, y: 0, width: room }, labels).height;
  const height = top + BARS_HEIGHT + GAP + LINE_HEIGHT + 32;
  const bars = { x: LEFT, y: top, width: room, height: BARS_HEIGHT };
  const lines = { x: LEFT, y: top + BARS_HEIGHT + GAP, width: room, height: LINE_HEIGHT };
  const place = { slot, id };
  const middle = svg.linear([0, 1], [LEFT + slot / 2, LEFT + slot * 1.5]);
  const marks = steps.map(({ concurrency, trustworthy }, index) => ({
    value: index,
    label: trustworthy ? String(concurrency) : `${concurrency}?`,
  }));
  const body = [
    svg.textures(id, ALL_FILLS),
    stepBars(steps, bars, place),
    wallLine(report.load, bars, slot),
    svg.stackLabels(bars, labels).svg,
    durationLine(steps, lines, middle),
    svg.bottomAxis(lines, middle, marks),
    svg.text({ x: LEFT + room / 2, y: height - 3, anchor: "middle" }, axisTitle(steps)),
  ];
  return svg.chart({ width, height }, { id, ...inWords(report) }, body.join(""));
}

function axisTitle(steps: readonly ReportedStep[]): string {
  return `callers at once${steps.some(({ trustworthy }) => !trustworthy) ? " (?: not trustworthy)" : ""}`;
}

function stepBars(steps: readonly ReportedStep[], plot: svg.Box, { slot, id }: { slot: number; id: string }): string {
  const y = svg.linear([0, 1], [plot.y + plot.height, plot.y]);
  const drawn = steps.map((step, index) => {
    const total = OUTCOME_FILLS.reduce((sum, { outcome }) => sum + step[outcome], 0);
    const parts = OUTCOME_FILLS.map(({ outcome, fill }) => ({
      height: total === 0 ? 0 : (step[outcome] / total) * plot.height,
      fill,
    }));
    const width = Math.min(48, slot * 0.72);
    return svg.stackedBar({ x: plot.x + slot * (index + 0.5) - width / 2, y: plot.y + plot.height, width }, parts, id);
  });
  const marks = [0, 0.5, 1].map((value) => ({ value, label: `${value * 100} %` }));
  return svg.leftAxis(plot, y, marks) + drawn.join("");
}

/** What begins at which step (measured), and where the wall is by arithmetic. */
function labelsOf({ load }: Report, slot: number): svg.Label[] {
  const knees = [
    { word: "retries", knee: load.retriesAt },
    { word: "falls back", knee: load.fallsBackAt },
    { word: "queues", knee: load.queuesAt },
    { word: "sheds", knee: load.shedsAt },
    { word: "breaks", knee: load.breaksAt },
  ];
  const measured = load.steps.flatMap(({ concurrency }, index) => {
    const words = knees.filter(({ knee }) => knee?.concurrency === concurrency).map(({ word }) => word);
    return words.length === 0 ? [] : [{ x: LEFT + slot * (index + 0.5), content: `▼ ${words.join(", ")}` }];
  });
  const wall = wallAt(load, slot);
  if (wall === undefined || load.computedWall === null) return measured;
  const content = `┆ wall ${concurrencyInWords(load.computedWall.concurrency)}, computed`;
  return [...measured, { x: wall, content }];
}

/** The computed wall's place between the steps; undefined when it is above all of them. */
function wallAt({ steps, computedWall }: Report["load"], slot: number): number | undefined {
  const wall = computedWall?.concurrency ?? Number.POSITIVE_INFINITY;
  const after = steps.findIndex(({ concurrency }) => concurrency >= wall);
  if (after < 0) return undefined;
  const high = steps[after]?.concurrency ?? 0;
  const low = steps[after - 1]?.concurrency ?? 0;
  return Math.max(LEFT + 2, LEFT + slot * (after - 0.5 + (wall - low) / Math.max(1, high - low)));
}

function wallLine(load: Report["load"], plot: svg.Box, slot: number): string {
  const x = wallAt(load, slot);
  if (x === undefined) return "";
  const ends = [plot.y - 2, plot.y + plot.height].map((y) => ({ x, y }));
  return svg.line(ends, { tone: "fault", dashed: true });
}

function durationLine(steps: readonly ReportedStep[], plot: svg.Box, x: svg.Scale): string {
  const known = steps.flatMap(({ p95Ms }) => (p95Ms === null ? [] : [p95Ms]));
  const caption = (words: string) => svg.text({ x: plot.x + 4, y: plot.y - 5, anchor: "start" }, words, "halo");
  if (known.length === 0) return caption(`time of served calls: ${NOT_MEASURED}`);
  const marks = svg.ticks(Math.max(...known), 2);
  const y = svg.linear([0, marks.at(-1) ?? 1], [plot.y + plot.height, plot.y]);
  const points = steps.map(({ p95Ms }, index) => (p95Ms === null ? null : { x: x(index), y: y(p95Ms) }));
  return [
    svg.leftAxis(
      plot,
      y,
      marks.map((value) => ({ value, label: formatDuration(value) })),
    ),
    svg.line(points, { tone: "ok" }),
    caption("p95 of served calls, whole answer"),
  ].join("");
}

function inWords({ load }: Report): { title: string; description: string } {
  const steps = load.steps.map((step) => {
    const counts = OUTCOME_FILLS.filter(({ outcome }) => step[outcome] > 0).map(
      ({ outcome }) => `${step[outcome]} ${outcome}`,
    );
    return `${step.concurrency} at once: ${counts.join(", ") || "no call"}`;
  });
  return { title: "Calls by callers at once", description: `${steps.join("; ")}.` };
}
