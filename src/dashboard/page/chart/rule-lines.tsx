import { px } from "../../../report/svg/index.ts";
import type { Geometry, RuleLine } from "./geometry.ts";

const LABEL_HEIGHT = 13;
/** Average width of a letter, generously: beside the plot stand the labels of the lines. */
const LETTER = 6.6;

/** The bounds of the rules: a line where it lies among what was measured, else its words at the top edge. */
export function RuleLines({ rules, geometry }: { rules: readonly RuleLine[]; geometry: Geometry }) {
  const { plot, domain, x, y } = geometry;
  let edge = 0;
  let free = Number.POSITIVE_INFINITY;
  return (
    <g class="rules">
      {rules
        .toSorted((a, b) => a.value - b.value)
        .flatMap(({ label, value, spans }, index) => {
          const seen = spans.filter(({ fromMs, toMs }) => toMs > domain.fromMs && fromMs < domain.toMs);
          const [first] = seen;
          if (first === undefined) return [];
          const above = value > (geometry.marks.at(-1) ?? 0);
          const words = fitting(`rule: ${label}${above ? ", above this ↑" : ""}`, plot.width);
          const most = plot.x + plot.width - words.length * LETTER;
          const left = Math.max(plot.x + 4, Math.min(x(Math.max(first.fromMs, domain.fromMs)) + 4, most));
          const lineY = y(value);
          const textY = above
            ? plot.y + 9 + LABEL_HEIGHT * edge++
            : Math.min(lineY < plot.y + LABEL_HEIGHT ? lineY + LABEL_HEIGHT : lineY - 4, free);
          if (!above) free = textY - LABEL_HEIGHT;
          const path = seen.map(({ fromMs, toMs }) => {
            const start = x(Math.max(fromMs, domain.fromMs));
            return `M${px(start)} ${px(lineY)}H${px(x(Math.min(toMs, domain.toMs)))}`;
          });
          return [
            <g key={`${label} ${index}`}>
              <title>{label}</title>
              {!above && <path class="line bad rule" d={path.join("")} stroke-dasharray="8 4" />}
              <text class="halo" x={px(left)} y={px(textY)}>
                {words}
              </text>
            </g>,
          ];
        })}
    </g>
  );
}

function fitting(words: string, width: number): string {
  const room = Math.floor(width / LETTER) - 1;
  return words.length <= room ? words : `${words.slice(0, room - 1)}…`;
}
