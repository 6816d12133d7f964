import { px } from "../../../report/svg/index.ts";
import { picking, range } from "../range.ts";
import { markedRow } from "../rows.ts";
import { nowMs, pointed } from "../state.ts";
import type { Geometry, Span } from "./geometry.ts";

/** What the person points at in time: a moment, a stretch being picked, and the call whose row is looked at. */
export function TimeMarks({ geometry }: { geometry: Geometry }) {
  const { plot } = geometry;
  const at = pointed.value;
  const point = at === undefined ? undefined : stretch({ fromMs: at, toMs: at }, geometry);
  const picked = picking.value === undefined ? undefined : stretch(picking.value, geometry);
  const row = markedRow.value;
  const call = row === undefined ? undefined : stretch({ fromMs: row.fromMs, toMs: row.toMs ?? nowMs.value }, geometry);
  const foot = plot.y + plot.height;
  return (
    <g>
      {picked !== undefined && (
        <rect class="picked" x={px(picked.x)} y={plot.y} width={px(Math.max(1, picked.width))} height={plot.height} />
      )}
      {call !== undefined && <path class="marked" d={`M${px(call.x)} ${px(foot)}h${px(Math.max(3, call.width))}`} />}
      {point !== undefined && <path class="axis" d={`M${px(point.x)} ${plot.y}v${plot.height}`} />}
    </g>
  );
}

/** Undefined where it lies outside of the chart. */
function stretch(span: Span, { domain, x }: Geometry): { x: number; width: number } | undefined {
  if (span.toMs < domain.fromMs || span.fromMs > domain.toMs) return undefined;
  const left = x(Math.max(span.fromMs, domain.fromMs));
  return { x: left, width: x(Math.min(span.toMs, domain.toMs)) - left };
}

/** For who has picked nothing yet. */
export function PickHint() {
  if (range.value !== undefined) return null;
  return (
    <p class="quiet hint">Drag across a chart, or Shift + arrow keys and Enter in one, to look at that time alone.</p>
  );
}
