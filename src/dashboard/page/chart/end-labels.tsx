import { px } from "../../../report/svg/index.ts";
import type { SeriesPoint } from "../../view.ts";
import type { ChartLine, Geometry } from "./geometry.ts";

const LABEL_HEIGHT = 13;

export interface EndLabelsProps {
  lines: readonly ChartLine[];
  points: readonly SeriesPoint[];
  geometry: Geometry;
  format(value: number): string;
}

/** Each line's name and last value at its end, apart from each other. */
export function EndLabels({ lines, points, geometry: { plot, y }, format }: EndLabelsProps) {
  const labels = lines
    .flatMap(({ label, read }) => {
      const last = points.findLast((point) => read(point) !== null);
      const value = last === undefined ? null : read(last);
      return value === null ? [] : [{ text: `${label} ${format(value)}`, y: y(value) + 4 }];
    })
    .sort((a, b) => b.y - a.y);
  let free = Number.POSITIVE_INFINITY;
  return (
    <g>
      {labels.map(({ text, y: wanted }) => {
        const at = Math.min(wanted, free);
        free = at - LABEL_HEIGHT;
        return (
          <text key={text} class="halo" x={px(plot.x + plot.width + 5)} y={px(at)}>
            {text}
          </text>
        );
      })}
    </g>
  );
}
