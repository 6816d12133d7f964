import type { Report, SeriesPoint } from "../../core/report.ts";

/** A stretch of the series, drawn as one bar. */
export interface Bucket extends SeriesPoint {
  /** How long it lasts, in milliseconds. */
  lastsMs: number;
}

/** From the first phase on: what came before it is not judged, and would only take room. */
export function judgedSeries({ series, phases }: Pick<Report, "series" | "phases">): readonly SeriesPoint[] {
  const fromMs = phases[0]?.fromMs ?? 0;
  const judged = series.filter((_, index) => (series[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) > fromMs);
  return judged.length === 0 ? series : judged;
}

/** Neighbouring points joined until there are at most so many. Counts add up; of TTFT the worst is kept, since percentiles do not add. */
export function bucketed(series: readonly SeriesPoint[], atMost: number): Bucket[] {
  const stepMs = (series[1]?.atMs ?? 1_000) - (series[0]?.atMs ?? 0);
  const joined = Math.max(1, Math.ceil(series.length / atMost));
  const buckets: Bucket[] = [];
  for (let start = 0; start < series.length; start += joined) {
    buckets.push(join(series.slice(start, start + joined), joined * stepMs));
  }
  return buckets;
}

function join(points: readonly SeriesPoint[], lastsMs: number): Bucket {
  const sum = (key: Exclude<keyof SeriesPoint, "ttftP95Ms">) => points.reduce((total, point) => total + point[key], 0);
  const ttft = points.flatMap(({ ttftP95Ms }) => (ttftP95Ms === null ? [] : [ttftP95Ms]));
  return {
    atMs: points[0]?.atMs ?? 0,
    lastsMs,
    served: sum("served"),
    shed: sum("shed"),
    failed: sum("failed"),
    hung: sum("hung"),
    cut: sum("cut"),
    attempts: sum("attempts"),
    refused: sum("refused"),
    inFlight: Math.max(0, ...points.map(({ inFlight }) => inFlight)),
    ttftP95Ms: ttft.length === 0 ? null : Math.max(...ttft),
  };
}
