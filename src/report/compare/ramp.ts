import type { Direction, Finding } from "../../core/comparison.ts";
import type { Knee, Report } from "../../core/report.ts";
import { kneeInWords } from "../sentences/index.ts";
import type { Range } from "./spread.ts";

type Reports = readonly Report[];

const KNEES = [
  { what: "retrying begins", of: ({ load }: Report) => load.retriesAt },
  { what: "fallback begins", of: ({ load }: Report) => load.fallsBackAt },
  { what: "queueing begins", of: ({ load }: Report) => load.queuesAt },
  { what: "shedding begins", of: ({ load }: Report) => load.shedsAt },
  { what: "it breaks", of: ({ load }: Report) => load.breaksAt },
] as const;

/** Where each behaviour begins. Later is better. One that is not seen any more is better only where it is the breaking itself. */
export function compareKnees(before: Reports, after: Reports): Finding[] {
  if ([...before, ...after].every(({ load }) => load.steps.length === 0)) return [];
  return KNEES.flatMap(({ what, of }) => {
    const [was, is] = [before.map(spanOf(of)), after.map(spanOf(of))];
    if ([...before, ...after].every((report) => of(report) === null)) return [];
    const direction = judge(was, is, what === "it breaks");
    return [{ what, before: inWords(before, of), after: inWords(after, of), ...direction }];
  });
}

type OfReport = (report: Report) => Knee | null;

/** The measured interval; `seen` false: not up to `from`, the last step that can be trusted. Undefined: nothing was measured. */
interface Span extends Range {
  seen: boolean;
}

function spanOf(of: OfReport): (report: Report) => Span | undefined {
  return (report) => {
    const knee = of(report);
    if (knee !== null) return { from: knee.after ?? 0, to: knee.concurrency, seen: true };
    const last = report.load.steps.findLast(({ trustworthy }) => trustworthy);
    if (last === undefined) return undefined;
    return { from: last.concurrency, to: Number.POSITIVE_INFINITY, seen: false };
  };
}

function judge(
  was: readonly (Span | undefined)[],
  is: readonly (Span | undefined)[],
  isBreaking: boolean,
): { direction: Direction; because: string } {
  const [old, now] = [hull(was), hull(is)];
  if (old === undefined || now === undefined) return { direction: "cannot tell", because: "no trustworthy step" };
  // Half-open intervals: (4, 8] and (8, 12] do not meet.
  const meet = old.from < now.to && now.from < old.to;
  if (meet) return { direction: "no clear change", because: sameSpan(old, now) ? "" : "the intervals meet" };
  const later = now.from >= old.to;
  if (now.seen === old.seen || isBreaking) return { direction: later ? "better" : "worse", because: "" };
  return { direction: "changed", because: now.seen ? "not seen before" : "no longer seen" };
}

function hull(spans: readonly (Span | undefined)[]): Span | undefined {
  const known = spans.flatMap((span) => (span === undefined ? [] : [span]));
  if (known.length === 0) return undefined;
  return {
    from: Math.min(...known.map(({ from }) => from)),
    to: Math.max(...known.map(({ to }) => to)),
    seen: known.some(({ seen }) => seen),
  };
}

function sameSpan(a: Span, b: Span): boolean {
  return a.from === b.from && a.to === b.to;
}

function inWords(reports: Reports, of: OfReport): string {
  return [
    ...new Set(
      reports.map((report) => (report.load.steps.length === 0 ? "no ramp" : kneeInWords(report.load, of(report)))),
    ),
  ].join(" | ");
}
