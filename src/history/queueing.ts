import type { Attempt, History, LogicalCall, PhaseSpan } from "../core/history.ts";
import { closedAtMs, inFlightLevels, type Levels, stepAt } from "../core/in-flight.ts";
import { percentile } from "../core/percentile.ts";
import type { FrontDraft } from "./front-draft.ts";

/** A wait below this is no queue. */
const SHORTEST_QUEUE_MS = 250;
const TIMES_BASELINE = 3;
/** Fewer first attempts make no baseline. */
const LEAST_BASELINE = 3;
/** The plateau is the highest level held for this share of the busy time; a moment's peak is not one. */
const HELD_SHARE = 0.05;
/** Between one call's end and the next one's beginning the level dips. */
const AT_PLATEAU = 0.8;

/** A stretch in which a call waited for its turn. */
export interface Wait {
  fromMs: number;
  toMs: number;
}

/**
 * The longest wait of a call before one of its requests for which nothing of its own was in flight: before the first one,
 * or between two steps (an app that looks something up first may queue only then). What follows a failed attempt is
 * patience with the provider, not a queue.
 */
export function longestWait({ started, logicalCalls }: FrontDraft): Wait | undefined {
  const attempts = attemptsInOrder(logicalCalls);
  let longest: Wait | undefined;
  let freeFromMs: number | undefined = started.started_at_ms;
  for (const attempt of attempts) {
    const { headAtMs: toMs, delivered } = attempt;
    const waited = freeFromMs !== undefined && toMs >= freeFromMs ? { fromMs: freeFromMs, toMs } : undefined;
    if (waited !== undefined && (longest === undefined || toMs - waited.fromMs > longest.toMs - longest.fromMs))
      longest = waited;
    const closedMs = closedAtMs(attempt) ?? Number.POSITIVE_INFINITY;
    if (freeFromMs === undefined || !delivered) freeFromMs = undefined;
    else freeFromMs = Math.max(freeFromMs, closedMs);
  }
  return longest;
}

/** Of all these calls, in order of their heads. Those of one call are. */
export function attemptsInOrder(calls: readonly LogicalCall[]): readonly Attempt[] {
  const [only] = calls;
  if (only !== undefined && calls.length === 1) return only.attempts;
  return calls
    .flatMap(({ attempts }) => attempts)
    .sort((one, other) => one.headAtMs - other.headAtMs || one.received.seq - other.received.seq);
}

export interface QueueWatch {
  /** The app held the call back, because as many were in flight as it lets be. False without a baseline. */
  queued(wait: Wait): boolean;
  readonly rule: History["queueRule"];
}

export interface QueueOptions {
  lastMs: number;
  /** The calls whose waits are the app's own time; see `baselineOf`. */
  isBaseline(draft: FrontDraft, wait: Wait): boolean;
}

export function watchQueues(
  attempts: readonly Attempt[],
  drafts: readonly FrontDraft[],
  options: QueueOptions,
): QueueWatch {
  const waits: number[] = [];
  for (const draft of drafts) {
    const wait = longestWait(draft);
    if (wait !== undefined && options.isBaseline(draft, wait)) waits.push(wait.toMs - wait.fromMs);
  }
  const baseline = waits.length < LEAST_BASELINE ? undefined : percentile(waits, 0.95);
  if (baseline === undefined) return { queued: () => false, rule: undefined };
  const longest = Math.max(SHORTEST_QUEUE_MS, TIMES_BASELINE * baseline);
  const levels = inFlightLevels(attempts, options.lastMs);
  const plateau = plateauOf(levels);
  const busy = integral(levels);
  return {
    rule: { baselineP95Ms: baseline, longestMs: longest, plateau },
    queued({ fromMs, toMs }) {
      if (toMs - fromMs <= longest) return false;
      return (busy(toMs) - busy(fromMs)) / (toMs - fromMs) >= AT_PLATEAU * plateau;
    },
  };
}

/**
 * The calls of a quiet time: the phases before the first one with faults, when such a phase follows;
 * in a ramp, those of its lowest step.
 */
export function baselineOf(
  phases: readonly PhaseSpan[],
  faulty: ReadonlySet<string>,
  drafts: readonly FrontDraft[],
): QueueOptions["isBaseline"] {
  const firstFault = phases.findIndex(({ name }) => faulty.has(name));
  if (firstFault > 0) {
    const quiet = new Set(phases.slice(0, firstFault).map(({ name }) => name));
    const untilMs = phases[firstFault]?.fromMs ?? 0;
    // What began in the quiet time and waited on in the storm is no baseline: a full queue has many of those.
    return ({ phase }, { toMs }) => quiet.has(phase) && toMs <= untilMs;
  }
  const steps = drafts.flatMap(({ started: { step } }) => (step === undefined ? [] : [step]));
  const lowest = steps.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return ({ started: { step } }) => step === lowest;
}

function plateauOf(levels: Levels): number {
  const heldMs = new Map<number, number>();
  let all = 0;
  levels.level.forEach((level, i) => {
    if (level === 0) return;
    const atMs = levels.atMs[i] ?? 0;
    const ms = (levels.atMs[i + 1] ?? atMs) - atMs;
    heldMs.set(level, (heldMs.get(level) ?? 0) + ms);
    all += ms;
  });
  let above = 0;
  for (const [level, ms] of [...heldMs].sort(([a], [b]) => b - a)) {
    above += ms;
    if (above >= HELD_SHARE * all) return level;
  }
  return 0;
}

/** Level times milliseconds from the beginning until a given time. */
function integral(levels: Levels): (ms: number) => number {
  const sums = new Float64Array(levels.atMs.length);
  for (let i = 1; i < sums.length; i++) sums[i] = (sums[i - 1] ?? 0) + areaFrom(levels, i - 1, levels.atMs[i] ?? 0);
  return (ms) => {
    const last = stepAt(levels, ms);
    return last < 0 ? 0 : (sums[last] ?? 0) + areaFrom(levels, last, ms);
  };
}

function areaFrom({ atMs, level }: Levels, step: number, untilMs: number): number {
  return (level[step] ?? 0) * (untilMs - (atMs[step] ?? 0));
}
