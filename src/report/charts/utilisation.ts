import type { Report } from "../../core/report.ts";
import { formatShare } from "../../core/units.ts";
import { clockTime } from "../sentences/index.ts";
import * as svg from "../svg/index.ts";

const SIZE = { width: 168, height: 30 };
const PLOT = { x: 1, y: 3, width: 166, height: 25 };
const MOST_BARS = 55;
/** From here on a limit is near. */
const NEAR = 0.8;

export interface UtilisationRow {
  id: string;
  /** The limit in words. */
  name: string;
  shares: readonly (number | null)[];
}

/**
 * How full one limit was over time: one of several small pictures with the same axes. A gap is a time in which nobody asked.
 * The line at the top is the limit; what reaches it was refused.
 */
export function utilisationChart({ series, phases }: Report, { id, name, shares }: UtilisationRow): string {
  const bars = joined(shares.slice(firstJudged(series, phases)));
  const slot = PLOT.width / Math.max(1, bars.length);
  const foot = PLOT.y + PLOT.height;
  const drawn = bars.map((share, index) => {
    if (share === null) return "";
    const height = Math.max(0.5, Math.min(1, share) * PLOT.height);
    const place = { x: PLOT.x + index * slot, y: foot - height, width: Math.max(0.8, slot - 0.6), height };
    return svg.box(place, { texture: share >= 1 ? "solid" : "pale", tone: toneOf(share) }, id);
  });
  const ends = (y: number) => [PLOT.x, PLOT.x + PLOT.width].map((x) => ({ x, y }));
  const body = [
    ...drawn,
    svg.line(ends(PLOT.y), { tone: "fault", dashed: true }),
    svg.line(ends(foot), { tone: "idle" }),
  ];
  return svg.chart(SIZE, { id, ...inWords({ series, name, shares }) }, body.join(""));
}

function toneOf(share: number): svg.Tone {
  return share >= 1 ? "bad" : share >= NEAR ? "near" : "ok";
}

/** The first point that belongs to a phase. */
function firstJudged(series: Report["series"], phases: Report["phases"]): number {
  const fromMs = phases[0]?.fromMs ?? 0;
  return Math.max(
    0,
    series.findLastIndex(({ atMs }) => atMs <= fromMs),
  );
}

/** Neighbours joined until there are few enough; the fullest counts. */
function joined(shares: readonly (number | null)[]): (number | null)[] {
  const size = Math.max(1, Math.ceil(shares.length / MOST_BARS));
  return Array.from({ length: Math.ceil(shares.length / size) }, (_, index) => {
    const known = shares.slice(index * size, (index + 1) * size).filter((share) => share !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
}

function inWords({ series, name, shares }: Pick<Report, "series"> & Pick<UtilisationRow, "name" | "shares">) {
  const peak = Math.max(0, ...shares.map((share) => share ?? 0));
  const at = shares.indexOf(peak);
  const when = clockTime(series[at]?.atMs ?? 0);
  return {
    title: `Use of ${name} over time`,
    description: `At most ${formatShare(Math.min(1, peak))}, first at ${when}.`,
  };
}
