import type { History } from "../core/history.ts";
import type { SeriesPoint } from "../core/report.ts";
import { judgedPart } from "../core/select.ts";
import { percentile, sortedNumbers } from "./numbers.ts";

const STEP_MS = 1_000;
/** A run of hours is drawn with wider steps; a chart has room for no more points than this. */
const MOST_POINTS = 600;

/** What happened over time, one point for each step, for the charts. */
export function reportSeries(history: History): SeriesPoint[] {
  const stepMs = stepMsOf(history);
  const points = Array.from({ length: pointsOf(history) }, (_, index) => emptyPoint(index * stepMs));
  const at = (ms: number) => points[Math.min(points.length - 1, Math.max(0, Math.floor(ms / stepMs)))] ?? emptyPoint(0);

  for (const attempt of history.attempts) {
    at(attempt.headAtMs).attempts++;
    if (attempt.refused !== undefined) at(attempt.refused.t_ms).refused++;
  }
  fillTtft(at, history);
  fillOutcomes(at, history);
  fillInFlight(points, history);
  return points;
}

/** How long a step of the series lasts, in milliseconds. */
export function stepMsOf({ lastMs }: History): number {
  return Math.max(STEP_MS, Math.ceil(lastMs / MOST_POINTS / STEP_MS) * STEP_MS);
}

/** How many points the series has. */
export function pointsOf(history: History): number {
  return Math.floor(history.lastMs / stepMsOf(history)) + 1;
}

function emptyPoint(atMs: number): SeriesPoint {
  return {
    atMs,
    served: 0,
    shed: 0,
    failed: 0,
    hung: 0,
    cut: 0,
    attempts: 0,
    refused: 0,
    inFlight: 0,
    ttftP95Ms: null,
  };
}

type PointAt = (ms: number) => SeriesPoint;

function fillTtft(at: PointAt, history: History): void {
  const delivered = judgedPart(history).attempts.filter(({ delivered, ttftMs }) => delivered && ttftMs !== undefined);
  const byPoint = Map.groupBy(delivered, (attempt) => at(attempt.headAtMs + (attempt.ttftMs ?? 0)));
  for (const [point, attempts] of byPoint) {
    point.ttftP95Ms = percentile(sortedNumbers(attempts.map((attempt) => attempt.ttftMs)), 0.95) ?? null;
  }
}

/** Without a front door, delivered attempts stand for what was served. */
function fillOutcomes(at: PointAt, history: History): void {
  for (const { ended, outcome } of judgedPart(history).frontDoorCalls)
    if (ended !== undefined) at(ended.at_ms)[outcome]++;
  if (history.frontDoorCalls.length > 0) return;
  for (const attempt of history.attempts)
    if (attempt.delivered && attempt.endAtMs !== undefined) at(attempt.endAtMs).served++;
}

/** Attempts open at the beginning of each step, by one sweep over starts and ends. */
function fillInFlight(points: SeriesPoint[], history: History): void {
  // In order of their heads.
  const { attempts } = history;
  const ends = sortedNumbers(attempts.map((attempt) => attempt.endAtMs));
  let started = 0;
  let ended = 0;
  for (const point of points) {
    while ((attempts[started]?.headAtMs ?? Number.POSITIVE_INFINITY) <= point.atMs) started++;
    while ((ends[ended] ?? Number.POSITIVE_INFINITY) <= point.atMs) ended++;
    point.inFlight = started - ended;
  }
}
