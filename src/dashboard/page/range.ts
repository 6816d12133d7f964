import { batch, computed, signal } from "@preact/signals";
import type { SeriesPoint } from "../view.ts";
import { clockTime } from "../words.ts";
import type { Span } from "./chart/geometry.ts";
import { announcement, nowMs, view } from "./state.ts";

/** One stretch of time for charts, calls and log together. */

export interface Range extends Span {
  points: readonly SeriesPoint[];
  /** The phase that it was picked by. */
  phase: string | undefined;
}

/** What is looked at. Its points are kept here: the server's charts go on and forget them after ten minutes. */
export const range = signal<Range | undefined>(undefined);
/** Being picked, not yet shown. */
export const picking = signal<Span | undefined>(undefined);

const SECOND_MS = 1_000;
const LEAST_PICKED_MS = 2 * SECOND_MS;
const LEAST_SHOWN_MS = 10 * SECOND_MS;

/** Rounded outwards to whole seconds, and never beyond what has happened. */
export function showRange({ fromMs, toMs }: Span, phase?: string): void {
  const end = Math.min(Math.ceil(toMs / SECOND_MS), Math.ceil(nowMs.value / SECOND_MS)) * SECOND_MS;
  const start = Math.max(0, Math.min(Math.floor(fromMs / SECOND_MS) * SECOND_MS, end - LEAST_PICKED_MS));
  const span = { fromMs: start, toMs: Math.max(end, start + LEAST_PICKED_MS) };
  batch(() => {
    range.value = { ...span, phase, points: shownPoints.value.filter(({ atMs }) => touches(span, atMs, atMs)) };
    picking.value = undefined;
    announcement.value = `showing ${spanWords(span)} only`;
  });
}

export function showAll(): void {
  range.value = undefined;
  picking.value = undefined;
}

/** Ends included. */
export function touches(span: Span, fromMs: number, toMs: number): boolean {
  return fromMs <= span.toMs && toMs >= span.fromMs;
}

export function spanWords({ fromMs, toMs }: Span): string {
  return `${clockTime(fromMs)} to ${clockTime(toMs)}`;
}

/** What the server has counted since then wins: a late answer belongs to the second in which its first token came. */
export const shownPoints = computed<readonly SeriesPoint[]>(() => {
  const live = view.value?.series.points ?? [];
  const held = range.value;
  if (held === undefined) return live;
  const renewed = new Map(live.filter(({ atMs }) => touches(held, atMs, atMs)).map((point) => [point.atMs, point]));
  const kept = held.points.filter(({ atMs }) => !renewed.has(atMs));
  return [...kept, ...renewed.values()].sort((a, b) => a.atMs - b.atMs);
});

/** The time that the charts cover. */
export const shownSpan = computed<Span>(() => {
  if (range.value !== undefined) return range.value;
  const points = shownPoints.value;
  const fromMs = points[0]?.atMs ?? 0;
  return { fromMs, toMs: Math.max(fromMs + LEAST_SHOWN_MS, (points.at(-1)?.atMs ?? 0) + SECOND_MS) };
});
