import { escapeMarkup } from "../markup.ts";
import { px } from "./scale.ts";
import { type Fill, filled } from "./texture.ts";

export interface Point {
  x: number;
  y: number;
}

/** A line through the points. Null is a gap: what was not measured is not drawn. A point between two gaps becomes a dot. */
export function line(points: readonly (Point | null)[], options: { tone: string; dashed?: boolean }): string {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (point === null) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  const path = runs.filter((run) => run.length > 1).map(pathOf);
  const dots = runs
    .filter((run) => run.length === 1)
    .map(([dot]) => `<circle class="solid ${options.tone}" cx="${px(dot?.x ?? 0)}" cy="${px(dot?.y ?? 0)}" r="1.6"/>`);
  const dash = options.dashed === true ? ' stroke-dasharray="4 3"' : "";
  const drawn = path.length === 0 ? "" : `<path class="line ${options.tone}"${dash} d="${path.join("")}"/>`;
  return drawn + dots.join("");
}

function pathOf(run: readonly Point[]): string {
  return run.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${px(x)} ${px(y)}`).join("");
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A filled rectangle; nothing when it has no area. */
export function box({ x, y, width, height }: Box, fill: Fill, id: string): string {
  if (width <= 0 || height <= 0) return "";
  return `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" ${filled(fill, id)}/>`;
}

/** One bar built from parts, from the base upwards (`base.y` is its foot). Parts without a height are left out. */
export function stackedBar(
  base: { x: number; y: number; width: number },
  parts: readonly { height: number; fill: Fill }[],
  id: string,
): string {
  let top = base.y;
  return parts
    .map(({ height, fill }) => {
      top -= height;
      return box({ x: base.x, y: top, width: base.width, height }, fill, id);
    })
    .join("");
}

export interface Segment {
  x: number;
  width: number;
  /** Shown only where it fits; empty for none. */
  label: string;
  /** Shown where the label does not fit. Default: the label, cut. */
  short?: string;
  /** Undefined: only framed. */
  fill?: Fill;
}

/** Average width of a letter at the size that the style sheet gives to labels. */
export const LETTER = 6.2;

/** A strip of labelled segments: phases, attempts of a call, states. The whole label is in the tooltip when it does not fit. */
export function lane(at: { y: number; height: number }, segments: readonly Segment[], id: string): string {
  return segments
    .map(({ x, width, label, short, fill }) => {
      const { y, height } = at;
      const shape = fill === undefined ? "" : box({ x, y, width, height }, fill, id);
      const frame = `<rect class="frame" x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}"/>`;
      const title = label === "" ? "" : `<title>${escapeMarkup(label)}</title>`;
      return `<g>${title}${shape}${frame}${laneLabel({ x, y, width, height }, label, short)}</g>`;
    })
    .join("");
}

function laneLabel({ x, y, width, height }: Box, label: string, short = label): string {
  const room = Math.floor((width - 8) / LETTER);
  if (label === "" || room < 3) return "";
  const fitting = label.length <= room ? label : short;
  const shown = fitting.length <= room ? fitting : `${fitting.slice(0, room - 1)}…`;
  const plate = { width: shown.length * LETTER + 6, x: x + width / 2 - (shown.length * LETTER + 6) / 2 };
  return [
    `<rect class="plate" x="${px(plate.x)}" y="${px(y + 2)}" width="${px(plate.width)}" height="${px(height - 4)}"/>`,
    text({ x: x + width / 2, y: y + height / 2 + 3.6, anchor: "middle" }, shown, "halo"),
  ].join("");
}

/** Where a text stands, and with which of its points. */
export interface Anchor extends Point {
  anchor: "start" | "middle" | "end";
}

/** `halo` keeps it readable over a texture. */
export function text({ x, y, anchor }: Anchor, content: string, style?: "halo"): string {
  const kind = style === undefined ? "" : ` class="${style}"`;
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}"${kind}>${escapeMarkup(content)}</text>`;
}

/** A stretch of time behind a chart: hatched where a fault was in force, else only its borders. */
export function band(area: Box, kind: "fault" | "plain", id: string): string {
  const { x, y, width, height } = area;
  const hatched = kind === "fault" ? box(area, { texture: "hatch", tone: "fault" }, id) : "";
  return `<g class="band">${hatched}<path class="edge" d="M${px(x)} ${px(y)}V${px(y + height)}M${px(x + width)} ${px(y)}V${px(y + height)}"/></g>`;
}
