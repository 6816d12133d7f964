import type { CallRow, Calls, Series, SeriesPoint, View } from "./view.ts";

/** What the page is sent: everything at first, then what changed, and at the end of a run its report. */
export type ViewMessage = { full: View } | { patch: ViewPatch } | { report: FinalReport };

export interface ViewPatch {
  /** Sections that changed, whole. */
  sections: Partial<Omit<View, "series" | "calls">>;
  series?: { stepMs: number; fromMs: number; points: readonly SeriesPoint[] };
  calls?: Omit<Calls, "rows"> & { order: readonly string[]; rows: readonly CallRow[] };
}

/** What is left to read when the run is over and nobody serves it any more. */
export interface FinalReport {
  verdict: "pass" | "fail" | "inconclusive";
  /** Null, or why the run stopped early. */
  stopped: string | null;
  sentence: string;
  /** The whole runbook.html, which loads nothing. */
  runbook: string;
  /** Where the run left its files. */
  folder: string;
}

/** Tells changed rows and points by identity: the fold gives unchanged ones again as the same objects. */
export function diffView(before: View, after: View): ViewPatch {
  const patch: ViewPatch = { sections: {} };
  const sections: Record<string, unknown> = patch.sections;
  for (const [name, section] of Object.entries(after) as [keyof View, View[keyof View]][]) {
    if (name === "series" || name === "calls" || section === before[name]) continue;
    if (JSON.stringify(section) !== JSON.stringify(before[name])) sections[name] = section;
  }
  const series = diffSeries(before.series, after.series);
  const calls = diffCalls(before.calls, after.calls);
  return { ...patch, ...(series !== undefined && { series }), ...(calls !== undefined && { calls }) };
}

export function applyPatch(view: View, { sections, series, calls }: ViewPatch): View {
  return {
    ...view,
    ...sections,
    ...(series !== undefined && { series: patchedSeries(view.series, series) }),
    ...(calls !== undefined && { calls: patchedCalls(view.calls, calls) }),
  };
}

function diffSeries(before: Series, after: Series): ViewPatch["series"] {
  const known = new Map(before.points.map((point) => [point.atMs, point]));
  const points = after.points.filter((point) => known.get(point.atMs) !== point);
  const fromMs = after.points[0]?.atMs ?? 0;
  if (points.length === 0 && fromMs === (before.points[0]?.atMs ?? 0)) return undefined;
  return { stepMs: after.stepMs, fromMs, points };
}

function patchedSeries(before: Series, { stepMs, fromMs, points }: NonNullable<ViewPatch["series"]>): Series {
  const byTime = new Map(before.points.filter(({ atMs }) => atMs >= fromMs).map((point) => [point.atMs, point]));
  for (const point of points) byTime.set(point.atMs, point);
  return { stepMs, points: [...byTime.values()].sort((a, b) => a.atMs - b.atMs) };
}

function diffCalls(before: Calls, after: Calls): ViewPatch["calls"] {
  const known = new Map(before.rows.map((row) => [row.id, row]));
  const rows = after.rows.filter((row) => known.get(row.id) !== row);
  const counts = ({ rows: _, ...rest }: Calls) => JSON.stringify(rest);
  if (rows.length === 0 && after.rows.length === before.rows.length && counts(before) === counts(after))
    return undefined;
  return { ...after, order: after.rows.map(({ id }) => id), rows };
}

function patchedCalls(before: Calls, { order, rows, ...rest }: NonNullable<ViewPatch["calls"]>): Calls {
  const byId = new Map([...before.rows, ...rows].map((row) => [row.id, row]));
  return { ...rest, rows: order.flatMap((id) => byId.get(id) ?? []) };
}
