import * as svg from "../../../report/svg/index.ts";
import type { SeriesPoint } from "../../view.ts";
import { clockTime } from "../../words.ts";
import type { Geometry, Span } from "./geometry.ts";

const FAULT_FILL = { texture: "hatch", tone: "fault" } as const;

/** Grid, times and fault bands: everything that only the shared module draws. */
export function backdrop(
  { id, points, format }: { id: string; points: readonly SeriesPoint[]; format(value: number): string },
  { plot, domain, x, y, marks, times }: Geometry,
): string {
  return [
    svg.textures(id, [FAULT_FILL]),
    ...bandsOf(points).map(({ fromMs, toMs }) => {
      const left = x(fromMs);
      return svg.band({ ...plot, x: left, width: Math.max(3, x(Math.min(toMs, domain.toMs)) - left) }, "fault", id);
    }),
    svg.leftAxis(
      plot,
      y,
      marks.map((value) => ({ value, label: format(value) })),
    ),
    svg.bottomAxis(
      plot,
      x,
      times.map((value) => ({ value, label: clockTime(value) })),
    ),
  ].join("");
}

/** Seconds of quiet inside a fault's time that do not split its band. */
const BAND_GAP_MS = 5_000;

function bandsOf(points: readonly SeriesPoint[]): Span[] {
  const bands: Span[] = [];
  for (const { atMs, hits } of points) {
    if (hits === 0) continue;
    const last = bands.at(-1);
    if (last !== undefined && atMs - last.toMs <= BAND_GAP_MS) last.toMs = atMs + 1_000;
    else bands.push({ fromMs: atMs, toMs: atMs + 1_000 });
  }
  return bands;
}
