import { escapeMarkup } from "../markup.ts";
import { type Box, text } from "./marks.ts";
import { px, type Scale } from "./scale.ts";

/** The whole picture, with what a screen reader says instead of it. It scales with its container. */
export function chart(
  size: { width: number; height: number },
  { id, title, description }: { id: string; title: string; description: string },
  body: string,
): string {
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-title ${id}-desc" class="chart">`,
    `<title id="${id}-title">${escapeMarkup(title)}</title><desc id="${id}-desc">${escapeMarkup(description)}</desc>`,
    body,
    "</svg>",
  ].join("");
}

/** Horizontal rules over the plot with their numbers at its left. */
export function leftAxis(plot: Box, scale: Scale, marks: readonly { value: number; label: string }[]): string {
  return marks
    .map(({ value, label }) => {
      const y = scale(value);
      return `<path class="grid" d="M${px(plot.x)} ${px(y)}h${px(plot.width)}"/>${text({ x: plot.x - 5, y: y + 3.5, anchor: "end" }, label)}`;
    })
    .join("");
}

/** Short marks under the plot with their labels. */
export function bottomAxis(plot: Box, scale: Scale, marks: readonly { value: number; label: string }[]): string {
  const y = plot.y + plot.height;
  const drawn = marks.map(({ value, label }) => {
    const x = scale(value);
    return `<path class="grid" d="M${px(x)} ${px(y)}v4"/>${text({ x, y: y + 14, anchor: "middle" }, label)}`;
  });
  return `<path class="axis" d="M${px(plot.x)} ${px(y)}h${px(plot.width)}"/>${drawn.join("")}`;
}
