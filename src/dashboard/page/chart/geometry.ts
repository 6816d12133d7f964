import * as svg from "../../../report/svg/index.ts";
import type { SeriesPoint } from "../../view.ts";

export interface ChartLine {
  label: string;
  tone: "ok" | "near" | "bad" | "idle" | "fault";
  dashed?: boolean;
  read(point: SeriesPoint): number | null;
}

/** A bound drawn across the chart, over the stretches of time in which it holds. */
export interface RuleLine {
  label: string;
  value: number;
  spans: readonly Span[];
}

/** Milliseconds since the start of the run. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** Where everything in a chart lies. */
export interface Geometry {
  plot: svg.Box;
  domain: Span;
  x: svg.Scale;
  y: svg.Scale;
  /** Values at the left, times below. */
  marks: readonly number[];
  times: readonly number[];
}

export interface Charted {
  points: readonly SeriesPoint[];
  lines: readonly ChartLine[];
  rules: readonly RuleLine[];
  domain: Span;
}

const LEFT = 54;
const RIGHT = 78;
const TOP = 8;
const BOTTOM = 20;
/** A rule so many times higher than all that was measured would press the lines flat: it is named at the top edge. */
const FAR_ABOVE = 5;

/** Of an axis on which nothing was measured. */
const EMPTY_HEIGHT = 10;

export function geometryOf({ points, lines, rules, domain }: Charted, width: number, height: number): Geometry {
  const plot = { x: LEFT, y: TOP, width: Math.max(40, width - LEFT - RIGHT), height: height - TOP - BOTTOM };
  const measured = highest(points, lines);
  const near = rules.map(({ value }) => value).filter((value) => measured === 0 || value <= measured * FAR_ABOVE);
  const marks = svg.ticks(Math.max(measured, ...near) || EMPTY_HEIGHT, height < 100 ? 2 : 3);
  return {
    plot,
    domain,
    x: svg.linear([domain.fromMs, domain.toMs], [plot.x, plot.x + plot.width]),
    y: svg.linear([0, marks.at(-1) ?? 1], [plot.y + plot.height, plot.y]),
    marks,
    times: svg.timeTicks(domain.fromMs, domain.toMs, Math.max(2, Math.floor(plot.width / 80))),
  };
}

function highest(points: readonly SeriesPoint[], lines: readonly ChartLine[]): number {
  let most = 0;
  for (const point of points) for (const { read } of lines) most = Math.max(most, read(point) ?? 0);
  return most;
}
