import type { Evidence } from "../../core/expectation.ts";
import type { Attempt, FrontDoorCall, History } from "../../core/history.ts";
import { inFlightLevels, type Levels } from "../../core/in-flight.ts";
import { formatShare } from "../../core/units.ts";
import { type Bucket, remainingShare, type Use } from "./buckets.ts";
import { callerLevels } from "./callers.ts";
import { fewerThanChance } from "./sign-test.ts";
import { decimal } from "./words.ts";

/** Time is looked at in pieces of this length. Milliseconds. */
const PIECE_MS = 250;
/** Above it there is no reason to slow down. */
const PLENTY = 0.5;
/** Shorter looks, or fewer attempts while there was plenty, show no rate. */
const LEAST_MS = 1_000;
const LEAST_ATTEMPTS = 5;
/** With fewer callers than this share of those before, a lower rate is theirs, not the app's. */
const SAME_DEMAND = 0.8;

export interface SlowingOptions {
  /** Remaining share of the limit under which the app should have slowed. */
  near: number;
  /** By this share the rate must have fallen. */
  by: number;
  /** Of the first refusal of this bucket; infinity when none came. */
  untilMs: number;
}

export type Slowing =
  | { seen: "no" | "far" | "too_fast" | "began_near" | "fewer_callers" }
  | { seen: "slowed" | "not" | "unclear"; words: string; evidence: readonly Evidence[] };

interface Zone {
  ms: number;
  /** Of which something was under way. */
  activeMs: number;
  attempts: Attempt[];
  /** Callers at the front door, times the milliseconds they were there. */
  callers: number;
  /** Calls that began at the front door. */
  arrivals: number;
}

/**
 * The rate of requests while plenty remained beside the rate near the wall, both before the first refusal. Without a
 * driver an idle time may be the callers' own: then the app slowed only if that holds with the idle times counted in,
 * and it did not only if that holds with them left out.
 */
export function slowingOf(bucket: Bucket, history: History, options: SlowingOptions): Slowing {
  const uses = bucket.uses.filter(({ atMs }) => atMs < options.untilMs);
  const [first] = uses;
  if (first === undefined) return { seen: "no" };
  const zones = zonesOf(bucket, uses, { history, options });
  if (zones.near.ms === 0 && options.untilMs === Number.POSITIVE_INFINITY) return { seen: "far" };
  if (zones.plenty.ms === 0 && remainingShare(bucket, first, first.atMs) < PLENTY) return { seen: "began_near" };
  if (zones.near.ms < LEAST_MS || zones.plenty.ms < LEAST_MS || zones.plenty.attempts.length < LEAST_ATTEMPTS)
    return { seen: "too_fast" };
  const driven = history.frontDoorCalls.length > 0;
  if (driven && fewerCallers(zones)) return { seen: "fewer_callers" };
  return compare(zones, options, driven);
}

/** A shed call is short and leaves fewer at the door; a queued one lets its caller begin fewer: only both show less demand. */
function fewerCallers({ plenty, near }: { plenty: Zone; near: Zone }): boolean {
  const fell = (of: (zone: Zone) => number) => of(near) / near.ms < SAME_DEMAND * (of(plenty) / plenty.ms);
  return fell(({ callers }) => callers) && fell(({ arrivals }) => arrivals);
}

function compare({ plenty, near }: { plenty: Zone; near: Zone }, { by, near: share }: SlowingOptions, driven: boolean) {
  const rate = (zone: Zone, ms: number) => (zone.attempts.length / Math.max(ms, PIECE_MS)) * 1_000;
  const before = rate(plenty, plenty.ms);
  const after = rate(near, near.ms);
  const atLeastFell = 1 - after / before;
  const atMostFell = driven ? atLeastFell : 1 - after / rate(plenty, plenty.activeMs);
  const words = `${decimal(before)} requests per second while plenty remained, ${decimal(after)} under ${formatShare(share)} of it`;
  const last = (zone: Zone) => zone.attempts.slice(-3).map(({ admitted, received }) => (admitted ?? received).seq);
  const wanted = `≤ ${decimal(before * (1 - by))} per second`;
  const evidence = [
    {
      note: "the last requests of both",
      events: [...last(plenty), ...last(near)],
      got: `${decimal(after)} per second`,
      wanted,
    },
  ];
  const odds = { few: near.attempts.length, many: plenty.attempts.length, share: near.ms / (near.ms + plenty.ms) };
  if (atLeastFell >= by && fewerThanChance(odds)) return { seen: "slowed", words, evidence } as const;
  return { seen: atMostFell < by ? "not" : "unclear", words, evidence } as const;
}

interface Piece {
  ms: number;
  lengthMs: number;
  /** Share of the limit, at the beginning. */
  remaining: number;
  attempts: readonly Attempt[];
}

function zonesOf(
  bucket: Bucket,
  uses: readonly Use[],
  { history, options }: { history: History; options: SlowingOptions },
): { plenty: Zone; near: Zone } {
  const zone = (): Zone => ({ ms: 0, activeMs: 0, attempts: [], callers: 0, arrivals: 0 });
  const zones = { plenty: zone(), near: zone() };
  const calls = history.frontDoorCalls;
  const callersAt = callerFinder(calls);
  const arrivals = calls.map(({ started }) => started.started_at_ms).sort((a, b) => a - b);
  const attempts = uses.map(({ attempt }) => attempt);
  const inFlightAt = stepFinder(inFlightLevels(attempts, history.lastMs));
  // After the last caller there is nothing to hold back.
  const lastMs = arrivals.at(-1) ?? uses.at(-1)?.atMs ?? 0;
  for (const piece of piecesOf(bucket, uses, Math.min(options.untilMs, lastMs + 1))) {
    const { ms, lengthMs, remaining } = piece;
    const [callers, inFlight] = [callersAt(ms), inFlightAt(ms)];
    const into = remaining < options.near ? zones.near : remaining >= PLENTY ? zones.plenty : undefined;
    if (into === undefined) continue;
    into.ms += lengthMs;
    if (piece.attempts.length > 0 || inFlight > 0) into.activeMs += lengthMs;
    into.callers += callers * lengthMs;
    into.arrivals += countBetween(arrivals, ms, ms + lengthMs);
    into.attempts.push(...piece.attempts);
  }
  return zones;
}

function* piecesOf(bucket: Bucket, uses: readonly Use[], untilMs: number): Generator<Piece> {
  let next = 0;
  for (let ms = uses[0]?.atMs ?? untilMs; ms < untilMs; ms += PIECE_MS) {
    const before = uses[next - 1];
    const from = next;
    while ((uses[next]?.atMs ?? Number.POSITIVE_INFINITY) < ms + PIECE_MS) next += 1;
    // The first piece begins with the first use, and what that one found.
    const [known = before, at] = before === undefined ? [uses[0], uses[0]?.atMs ?? ms] : [before, ms];
    const remaining = known === undefined ? 1 : remainingShare(bucket, known, at);
    const attempts = uses.slice(from, next).map(({ attempt }) => attempt);
    yield { ms, lengthMs: Math.min(PIECE_MS, untilMs - ms), remaining, attempts };
  }
}

/** `sorted` ascending. */
function countBetween(sorted: readonly number[], fromMs: number, toMs: number): number {
  return firstFrom(sorted, toMs) - firstFrom(sorted, fromMs);
}

function firstFrom(sorted: readonly number[], ms: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many calls are open at the front door. Asked with rising times only. */
function callerFinder(calls: readonly FrontDoorCall[]): (ms: number) => number {
  return stepFinder(callerLevels(calls));
}

/** Asked with rising times only. */
function stepFinder({ atMs, level }: Levels): (ms: number) => number {
  let next = 0;
  return (ms) => {
    while ((atMs[next] ?? Number.POSITIVE_INFINITY) <= ms) next += 1;
    return level[next - 1] ?? 0;
  };
}
