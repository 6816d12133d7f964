import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import { duration, share } from "../core/schema.ts";
import { formatDuration, formatShare } from "../core/units.ts";
import { aroundTheFaults } from "./shared/fault-phases.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { stoppedEarly } from "./shared/stopped.ts";
import { firstTrouble } from "./shared/trouble.ts";
import { counted, decimal } from "./shared/words.ts";

const params = z.strictObject({
  to: share().prefault("95%").meta({ description: "Share of the goodput before the faults. Default 95%" }),
  within: duration().meta({ description: "From the end of the last phase with faults" }),
});
type Params = z.output<typeof params>;

/** How long it must hold to count as back. */
const HOLDS_MS = 5_000;
const STEP_MS = 100;
/** Fewer successes make no baseline. */
const LEAST_BASELINE = 5;
/** Not back after this many times the trouble itself: the trouble feeds on its own consequences. */
const METASTABLE_FACTOR = 10;

interface Course {
  /** Times of successes, sorted. */
  successes: readonly number[];
  baselinePerSecond: number;
  faultsFromMs: number;
  faultsToMs: number;
  /** End of the last phase. */
  endMs: number;
  /** Sequence numbers of the phases around. */
  events: readonly number[];
}

/**
 * Goodput is whole answers per second at the front door, or delivered attempts when nothing is driven.
 * It is compared with the phases before the first one with faults, over 5 s (the rest of the run when that is shorter).
 * Looks at the whole run, whatever `in:` selects.
 */
export const recovers = {
  name: "recovers",
  summary: "Goodput comes back after the faults.",
  needsFrontDoor: false,
  params,
  explain: ({ to, within }) => `goodput back to ${formatShare(to)} within ${formatDuration(within)} of the faults' end`,
  check(given, _history, whole) {
    const stopped = stoppedEarly(whole);
    const course = courseOf(whole);
    if (course === "unseen") return unseen("no fault acted in a phase, so there was nothing to recover from");
    if (stopped !== undefined) return inconclusive(`recovery needs the whole run, and ${stopped}`);
    return typeof course === "string" ? inconclusive(course) : judge(given, course);
  },
} satisfies Expectation<Params>;

/** What is needed for the comparison, or in words why it cannot be made. */
function courseOf(history: History): Course | string {
  const { before, during, after } = aroundTheFaults(history);
  const [first, last] = [during[0], during.at(-1)];
  const names = new Set(during.map(({ name }) => name));
  const hit = firstTrouble(history.attempts.filter(({ phase }) => names.has(phase)));
  if (first === undefined || last === undefined || hit === undefined) return "unseen";
  const end = after.at(-1);
  if (end === undefined) return "no phase follows the faults";
  if (before[0] === undefined) return "no phase before the faults, so there is no baseline to come back to";
  const successes = successTimes(history);
  const baselineMs = before.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const count = successes.filter((ms) => before.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)).length;
  if (count < LEAST_BASELINE) return `only ${counted(count, "success", "successes")} before the faults: no baseline`;
  return {
    successes,
    baselinePerSecond: (count / baselineMs) * 1_000,
    faultsFromMs: first.fromMs,
    faultsToMs: last.toMs,
    endMs: end.toMs,
    events: [before[0].seq, first.seq, after[0]?.seq ?? end.seq],
  };
}

function successTimes({ frontDoorCalls, attempts }: History): number[] {
  const times =
    frontDoorCalls.length > 0
      ? frontDoorCalls.flatMap(({ outcome, ended }) => (outcome === "served" && ended ? [ended.at_ms] : []))
      : attempts.flatMap(({ delivered, endAtMs }) => (delivered && endAtMs !== undefined ? [endAtMs] : []));
  return times.sort((a, b) => a - b);
}

function judge({ to, within }: Params, course: Course) {
  const { faultsToMs, faultsFromMs, endMs, baselinePerSecond } = course;
  const back = backAtMs(course, to);
  const watchedMs = endMs - faultsToMs;
  const baseline = `${decimal(baselinePerSecond)} whole answers per second before`;
  const metastable = METASTABLE_FACTOR * (faultsToMs - faultsFromMs);
  if (back === undefined) {
    if (watchedMs < Math.min(within, metastable) || watchedMs <= 0)
      return inconclusive(`not back ${formatDuration(watchedMs)} after the faults, when the run ended (${baseline})`);
    const summary = `metastable: not back in the ${formatDuration(watchedMs)} that were watched (${baseline})`;
    return fail(summary, [evidenceOf(course, { got: "never", within })]);
  }
  const tookMs = back - faultsToMs;
  const summary = `back to ${formatShare(to)} after ${formatDuration(tookMs)} (${baseline})`;
  const evidence = [evidenceOf(course, { got: formatDuration(tookMs), within })];
  if (tookMs <= within) return pass(summary, evidence);
  return fail(tookMs > metastable ? `metastable: ${summary}` : summary, evidence);
}

/** The first time from which on the goodput holds. */
function backAtMs({ successes, baselinePerSecond, faultsToMs, endMs }: Course, to: number): number | undefined {
  const windowMs = Math.min(HOLDS_MS, endMs - faultsToMs);
  if (windowMs <= 0) return undefined;
  // Rounded down, since a window cannot be blamed for the fraction of a call.
  const needed = Math.max(1, Math.floor((to * baselinePerSecond * windowMs) / 1_000));
  let from = 0;
  let until = 0;
  for (let start = faultsToMs; start + windowMs <= endMs; start += STEP_MS) {
    while ((successes[from] ?? Number.POSITIVE_INFINITY) < start) from += 1;
    while ((successes[until] ?? Number.POSITIVE_INFINITY) < start + windowMs) until += 1;
    if (until - from >= needed) return start;
  }
  return undefined;
}

function evidenceOf({ events }: Course, { got, within }: { got: string; within: number }): Evidence {
  const note = "the phases before, with and after the faults";
  return { note, events, got, wanted: `≤ ${formatDuration(within)}` };
}
