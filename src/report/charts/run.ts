import type { Report } from "../../core/report.ts";
import { formatDuration } from "../../core/units.ts";
import { clockTime, NOT_MEASURED, OUTCOMES } from "../sentences/index.ts";
import * as svg from "../svg/index.ts";
import { type Bucket, bucketed, judgedSeries } from "./buckets.ts";
import { ALL_FILLS, FAULT_FILL, type Kind, kindsOf } from "./outcomes.ts";

const LANE = { y: 2, height: 20 };
const PLOT_TOP = 40;
const BARS_HEIGHT = 88;
const GAP = 24;
const LINE_HEIGHT = 42;
const LEFT = 46;
const NARROWEST_BAR = 3;

/** What became of the calls over time, the faults in force behind it, and the first token's time of whole answers below. */
export function runChart(report: Report, { id, width }: { id: string; width: number }): string {
  const height = PLOT_TOP + BARS_HEIGHT + GAP + LINE_HEIGHT + 20;
  const room = width - LEFT - 8;
  const buckets = bucketed(judgedSeries(report), Math.floor(room / NARROWEST_BAR));
  const startMs = buckets[0]?.atMs ?? 0;
  const endMs = Math.max(
    startMs + 1_000,
    buckets.reduce((end, { atMs, lastsMs }) => Math.max(end, atMs + lastsMs), 0),
  );
  const x = svg.linear([startMs, endMs], [LEFT, LEFT + room]);
  const bars = { x: LEFT, y: PLOT_TOP, width: room, height: BARS_HEIGHT };
  const lines = { x: LEFT, y: PLOT_TOP + BARS_HEIGHT + GAP, width: room, height: LINE_HEIGHT };
  const marks = svg
    .timeTicks(startMs, endMs, Math.floor(room / 70))
    .map((value) => ({ value, label: clockTime(value) }));
  const body = [
    svg.textures(id, ALL_FILLS),
    bands(report, { x, id, height: lines.y + lines.height - PLOT_TOP }),
    outcomeBars(buckets, kindsOf(report), { x, plot: bars, id }),
    ttftLine(buckets, { x, plot: lines, id }),
    svg.bottomAxis(lines, x, marks),
    svg.lane(LANE, phaseSegments(report, x), id),
  ];
  return svg.chart({ width, height }, { id, ...inWords(report) }, body.join(""));
}

type X = svg.Scale;

/** Names of the faults that acted in a phase; a fault without a hit is not drawn, since it was not there. */
function actingIn({ faults }: Report, phase: string): string[] {
  return [...new Set(faults.filter((row) => row.phase === phase && row.hits > 0).map(({ name }) => name))];
}

function phaseSegments(report: Report, x: X): svg.Segment[] {
  return report.phases.map(({ name, fromMs, toMs }) => {
    const acting = actingIn(report, name);
    const label = acting.length === 0 ? name : `${name}: ${acting.join(", ")}`;
    const place = { x: x(fromMs), width: x(toMs) - x(fromMs), label, short: name };
    return acting.length === 0 ? place : { ...place, fill: FAULT_FILL };
  });
}

function bands(report: Report, { x, id, height }: { x: X; id: string; height: number }): string {
  return report.phases
    .map(({ name, fromMs, toMs }) => {
      const area = { x: x(fromMs), y: PLOT_TOP, width: x(toMs) - x(fromMs), height };
      return svg.band(area, actingIn(report, name).length > 0 ? "fault" : "plain", id);
    })
    .join("");
}

interface Place {
  x: X;
  plot: svg.Box;
  id: string;
}

function outcomeBars(buckets: readonly Bucket[], kinds: readonly Kind[], { x, plot, id }: Place): string {
  const totalOf = (bucket: Bucket) => kinds.reduce((sum, { key }) => sum + bucket[key], 0);
  const marks = svg.ticks(Math.max(1, ...buckets.map(totalOf)));
  const y = svg.linear([0, marks.at(-1) ?? 1], [plot.y + plot.height, plot.y]);
  const foot = plot.y + plot.height;
  const drawn = buckets.map((bucket) => {
    const parts = kinds.map(({ key, fill }) => ({ height: foot - y(bucket[key]), fill }));
    const width = Math.max(1, x(bucket.atMs + bucket.lastsMs) - x(bucket.atMs) - 1);
    return svg.stackedBar({ x: x(bucket.atMs), y: foot, width }, parts, id);
  });
  const per = buckets[0]?.lastsMs ?? 1_000;
  const caption = `calls ended per ${formatDuration(per).replace(/^1 /, "")}`;
  return [
    svg.leftAxis(
      plot,
      y,
      marks.filter(Number.isInteger).map((value) => ({ value, label: String(value) })),
    ),
    drawn.join(""),
    svg.text({ x: plot.x + 4, y: plot.y - 5, anchor: "start" }, caption, "halo"),
  ].join("");
}

function ttftLine(buckets: readonly Bucket[], { x, plot }: Place): string {
  const known = buckets.flatMap(({ ttftP95Ms }) => (ttftP95Ms === null ? [] : [ttftP95Ms]));
  const caption = (words: string) => svg.text({ x: plot.x + 4, y: plot.y - 5, anchor: "start" }, words, "halo");
  if (known.length === 0) return caption(`first token: ${NOT_MEASURED}`);
  const marks = svg.ticks(Math.max(...known), 2);
  const y = svg.linear([0, marks.at(-1) ?? 1], [plot.y + plot.height, plot.y]);
  const points = buckets.map(({ atMs, lastsMs, ttftP95Ms }) =>
    ttftP95Ms === null ? null : { x: x(atMs + lastsMs / 2), y: y(ttftP95Ms) },
  );
  return [
    svg.leftAxis(
      plot,
      y,
      marks.map((value) => ({ value, label: formatDuration(value) })),
    ),
    svg.line(points, { tone: "ok" }),
    caption("first token p95, whole answers only"),
  ].join("");
}

function inWords(report: Report): { title: string; description: string } {
  const { frontDoor, outcomes, attempts } = report.calls;
  const counts = OUTCOMES.map(({ outcome }) => `${outcomes[outcome]} ${outcome}`).join(", ");
  const phases = report.phases.map(({ name, fromMs, toMs }) => {
    const acting = actingIn(report, name);
    const weather = acting.length === 0 ? "no fault" : acting.join(", ");
    return `${name} from ${clockTime(fromMs)} to ${clockTime(toMs)} (${weather})`;
  });
  const seen =
    frontDoor === 0 ? `${attempts} attempts at the provider` : `${frontDoor} calls at the front door: ${counts}`;
  return { title: "Calls over time", description: `${seen}. Phases: ${phases.join("; ")}.` };
}
