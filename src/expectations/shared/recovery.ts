import type { History } from "../../core/history.ts";
import type { Report } from "../../core/report.ts";
import { formatDuration } from "../../core/units.ts";
import { aroundTheFaults } from "./fault-phases.ts";
import { stoppedEarly } from "./stopped.ts";
import { firstTrouble } from "./trouble.ts";
import { counted, decimal } from "./words.ts";

/** How long it must hold to count as back. */
const HOLDS_MS = 5_000;
/** A shorter time shows nothing, nor one in which fewer answers than this were due. */
const LEAST_HOLD_MS = 1_000;
const LEAST_SUCCESSES = 10;
const STEP_MS = 100;
/** Fewer successes make no baseline. */
const LEAST_BASELINE = 5;
/** What more calls than before may come without being called more load. Only calls that our driver did not make can be more. */
const SAME_LOAD = 1.2;
/** The share of the baseline that the report takes for recovered; the expectation `recovers` has its own. */
const RECOVERED_SHARE = 0.95;

/** Goodput before, with and after the faults: whole answers at the front door, or delivered attempts when nothing is driven. */
export interface Course {
  /** Times of successes, sorted. */
  successes: readonly number[];
  baselinePerSecond: number;
  faultsFromMs: number;
  faultsToMs: number;
  /** End of the last phase. */
  endMs: number;
  /** Calls a second after the faults, as a multiple of those before; 1 where our driver made them. */
  loadFactor: number;
  /** Sequence numbers of the phases around. */
  events: readonly number[];
}

/** The report asks for it as well as the expectation. */
const courses = new WeakMap<History, Course | string>();

/** What is needed for the comparison, or in words why it cannot be made; `unseen`: no fault acted. */
export function courseOf(history: History): Course | string {
  const course = courses.get(history) ?? findCourse(history);
  courses.set(history, course);
  return course;
}

function findCourse(history: History): Course | string {
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
    loadFactor: loadFactor(history, { before, after }),
    events: [before[0].seq, first.seq, after[0]?.seq ?? end.seq],
  };
}

/** Our driver's load is the same all the time: the same callers, or the same arrivals. */
function loadFactor(
  { run, logicalCalls }: History,
  { before, after }: Pick<ReturnType<typeof aroundTheFaults>, "before" | "after">,
): number {
  if (run?.driven === true) return 1;
  const perMs = (spans: typeof before) => {
    const heads = logicalCalls.map(({ attempts }) => attempts[0]?.headAtMs ?? 0);
    const calls = heads.filter((ms) => spans.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)).length;
    return (
      calls /
      Math.max(
        1,
        spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
      )
    );
  };
  return perMs(after) / perMs(before);
}

export function cameMoreThanBefore({ loadFactor: factor }: Course): boolean {
  return factor > SAME_LOAD;
}

function successTimes({ frontDoorCalls, attempts }: History): readonly number[] {
  const times: number[] = [];
  for (const { outcome, ended } of frontDoorCalls)
    if (outcome === "served" && ended !== undefined) times.push(ended.at_ms);
  if (frontDoorCalls.length === 0)
    for (const { delivered, endAtMs } of attempts) if (delivered && endAtMs !== undefined) times.push(endAtMs);
  return times.sort((a, b) => a - b);
}

/**
 * The first time from which on the goodput holds: for 5 s, or to the end of the last phase where that comes sooner. The
 * last moments, in which hardly a call would have ended even before, cannot show it.
 */
export function backAtMs({ successes, baselinePerSecond, faultsToMs, endMs }: Course, to: number): number | undefined {
  const perMs = (to * baselinePerSecond) / 1_000;
  const leastMs = Math.min(HOLDS_MS, Math.max(LEAST_HOLD_MS, LEAST_SUCCESSES / perMs), endMs - faultsToMs);
  if (leastMs <= 0) return undefined;
  let from = 0;
  let until = 0;
  for (let start = faultsToMs; start + leastMs <= endMs; start += STEP_MS) {
    const windowMs = Math.min(HOLDS_MS, endMs - start);
    while ((successes[from] ?? Number.POSITIVE_INFINITY) < start) from += 1;
    while ((successes[until] ?? Number.POSITIVE_INFINITY) < start + windowMs) until += 1;
    // Rounded down, since a window cannot be blamed for the fraction of a call.
    if (until - from >= Math.max(1, Math.floor(perMs * windowMs))) return start;
  }
  return undefined;
}

/** Share of the time after the faults in which our own loops, proxy and driver, stood still: what did not come then proves nothing. */
export function ownStandstill({ selfDelays }: History, { faultsToMs, endMs }: Course): number {
  const lost = selfDelays.filter(({ t_ms }) => t_ms >= faultsToMs && t_ms <= endMs);
  return lost.reduce((sum, { late_ms }) => sum + late_ms, 0) / Math.max(1, endMs - faultsToMs);
}

/**
 * Whether goodput came back when the cause was gone, whatever was expected. Metastable: not back for as long as the trouble itself had
 * lasted, at no more load than before. Null: nothing to recover from, or it cannot be told.
 */
export function recoveryOf(history: History): Report["recovery"] {
  const course = courseOf(history);
  if (typeof course === "string" || stoppedEarly(history) !== undefined) return null;
  const before = `${decimal(course.baselinePerSecond)} whole answers per second before`;
  const back = backAtMs(course, RECOVERED_SHARE);
  if (back !== undefined) {
    const tookMs = back - course.faultsToMs;
    return { state: "recovered", tookMs, because: `back to 95 % after ${formatDuration(tookMs)} (${before})` };
  }
  const watchedMs = course.endMs - course.faultsToMs;
  const watched = `not back in the ${formatDuration(watchedMs)} that were watched (${before})`;
  if (cameMoreThanBefore(course))
    return { state: "not back", tookMs: null, because: `${watched}, at ${decimal(course.loadFactor)} times the load` };
  const state = watchedMs >= course.faultsToMs - course.faultsFromMs ? "metastable" : "not back";
  return { state, tookMs: null, because: `${watched}, at no more load than before` };
}
