import { type Box, LETTER, text } from "./marks.ts";

export interface Label {
  /** What it belongs to, horizontally. */
  x: number;
  content: string;
}

const ROW = 13;
const GAP = 6;

/** Labels above a plot, in as many rows as it takes for none to overlap another; the lowest row is filled first. Never outside the plot's width. */
export function stackLabels(
  plot: Pick<Box, "x" | "y" | "width">,
  labels: readonly Label[],
): { svg: string; height: number } {
  const rows: number[] = [];
  const drawn = labels
    .toSorted((a, b) => a.x - b.x)
    .map(({ x, content }) => {
      const half = (content.length * LETTER) / 2;
      const middle = Math.min(Math.max(x, plot.x + half), Math.max(plot.x + half, plot.x + plot.width - half));
      const free = rows.findIndex((end) => end + GAP <= middle - half);
      const row = free < 0 ? rows.length : free;
      rows[row] = middle + half;
      return text({ x: middle, y: plot.y - 5 - row * ROW, anchor: "middle" }, content, "halo");
    });
  return { svg: drawn.join(""), height: rows.length * ROW };
}
