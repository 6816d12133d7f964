import { percentile, sortedNumbers } from "../numbers.ts";
import { LEAST_SAMPLES } from "./reading.ts";

/** Which retry a pause came before, from 1, and how long it was in milliseconds. */
export interface Pause {
  nth: number;
  ms: number;
}

export interface BackoffFit {
  /** The longest first pause, with what jitter took away given back. Milliseconds. */
  firstMs: number;
  /** Undefined: no second pause was seen, or too few of them. */
  growth: Growth | undefined;
  /** The share of a pause that jitter may take away: 0.25 is anything from 75 % to 100 %. Undefined: too few to tell. */
  jitterShare: number | undefined;
  /** Where it stops to grow. Milliseconds. */
  capMs: number | undefined;
}

export type Growth = { kind: "constant" | "adding" | "unsure" } | { kind: "times"; factor: number };

/** Jitter needs a few more values than a middle does. */
const LEAST_FOR_JITTER = 5;
/** What timers and the network add looks like jitter; less than this is none. */
const SMALLEST_JITTER = { ms: 50, share: 0.05 };
/** A ratio that is known no better than this is not told as a number. */
const LARGEST_DOUBT = 0.3;
const SAME = 0.12;

interface Group extends Pause {
  /** Its middle. */
  ms: number;
  highMs: number;
  /** Standard error of the middle, as a share of it. */
  error: number;
}

/**
 * A schedule fitted to pauses. Everything rests on medians and on what lies near the inner half, so that a late timer now and then changes nothing.
 * Undefined with fewer than three first pauses.
 */
export function fitBackoff(pauses: readonly Pause[]): BackoffFit | undefined {
  const groups = groupsOf(pauses);
  const [first] = groups;
  if (first?.nth !== 1) return undefined;
  const growth = growthOf(groups);
  const capped = growth?.kind === "times" ? firstCapped(groups, growth.factor) : undefined;
  const scale = (nth: number) => scaleOf(growth, nth);
  const usable = pauses.filter(
    ({ nth }) => scale(nth) !== undefined && nth < (capped?.nth ?? Number.POSITIVE_INFINITY),
  );
  const { low, high } = edges(usable.map(({ nth, ms }) => ms / (scale(nth) ?? 1)));
  const spread = high - low;
  const jittered = spread > SMALLEST_JITTER.ms && spread > SMALLEST_JITTER.share * high;
  return {
    firstMs: jittered ? high : first.ms,
    growth,
    jitterShare: usable.length < LEAST_FOR_JITTER ? undefined : jittered ? Math.min(1, spread / high) : 0,
    capMs: capped === undefined ? undefined : jittered ? capped.highMs : capped.ms,
  };
}

function groupsOf(pauses: readonly Pause[]): Group[] {
  const byNth = [...Map.groupBy(pauses, ({ nth }) => nth)].sort(([a], [b]) => a - b);
  const groups: Group[] = [];
  for (const [nth, members] of byNth) {
    if (members.length < LEAST_SAMPLES || nth !== groups.length + 1) break;
    const values = members.map(({ ms }) => ms);
    const { low, high } = edges(values);
    const ms = percentile(sortedNumbers(values), 0.5) ?? 0;
    // Of a flat distribution: the median's error is half the width over the root of the count.
    groups.push({ nth, ms, highMs: high, error: (high - low) / (2 * Math.sqrt(values.length + 2)) / Math.max(ms, 1) });
  }
  return groups;
}

/** Fewer values have no inner half to speak of. */
const LEAST_FOR_QUARTERS = 8;

/** The ends of a flat distribution, without what lies far outside its inner half: a timer that was late, a loop that was busy. */
function edges(values: readonly number[]): { low: number; high: number } {
  const sorted = sortedNumbers(values);
  const at = (share: number) => percentile(sorted, share) ?? 0;
  const fence = sorted.length < LEAST_FOR_QUARTERS ? Number.POSITIVE_INFINITY : 1.5 * (at(0.75) - at(0.25));
  const kept = sorted.filter((value) => value >= at(0.25) - fence && value <= at(0.75) + fence);
  const least = kept[0] ?? 0;
  const most = kept.at(-1) ?? 0;
  // The outermost of n values of a flat distribution fall short of its ends by half a gap each.
  const more = kept.length < 2 ? 0 : (most - least) / (kept.length - 1) / 2;
  return { low: Math.max(0, least - more), high: most + more };
}

function growthOf([first, second, third]: readonly Group[]): Growth | undefined {
  if (first === undefined || second === undefined) return undefined;
  const ratio = second.ms / Math.max(first.ms, 1);
  const doubt = 2 * Math.hypot(first.error, second.error);
  if (doubt > LARGEST_DOUBT) return { kind: "unsure" };
  if (Math.abs(ratio - 1) <= Math.max(SAME, doubt)) return { kind: "constant" };
  if (third === undefined) return { kind: "times", factor: ratio };
  const ratios = third.ms / Math.max(first.ms, 1);
  const isNearer = (one: number, other: number) =>
    Math.abs(Math.log(ratios / one)) < Math.abs(Math.log(ratios / other));
  const added = 2 * ratio - 1;
  if (isNearer(added, ratio * ratio) && isNearer(added, ratio)) return { kind: "adding" };
  return { kind: "times", factor: isNearer(ratio * ratio, ratio) ? Math.sqrt(ratios) : ratio };
}

/** The first pause that is no longer than the one before it, in a schedule that grows. */
function firstCapped(groups: readonly Group[], factor: number): Group | undefined {
  const enough = 1 + (factor - 1) * 0.4;
  return groups.find((group, index) => {
    const before = groups[index - 2];
    const last = groups[index - 1];
    if (before === undefined || last === undefined) return false;
    return group.ms / Math.max(last.ms, 1) < enough;
  });
}

function scaleOf(growth: Growth | undefined, nth: number): number | undefined {
  if (nth === 1 || growth?.kind === "constant") return 1;
  return growth?.kind === "times" ? growth.factor ** (nth - 1) : undefined;
}
