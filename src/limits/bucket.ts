import {
  type Charge,
  DAY_MS,
  DIMENSIONS,
  type Dimension,
  type DimensionReading,
  type LimitRefusal,
  type LimitSpec,
  type Settlement,
  windowMs,
} from "../core/limits.ts";
import { amountOf, isSettled, settledAmount } from "./amounts.ts";
import type { Meter, Reservation } from "./meter.ts";
import { type LimitPolicy, policyOf, type SettleMode } from "./policy.ts";
import { createProduction } from "./production.ts";

/** All counted dimensions of one row, for one key and model (as the row's `per` says). */
export interface Bucket {
  /** The dimension that makes the call wait longest, or undefined when all have room. Charges nothing. */
  ask(charge: Charge, nowMs: number): LimitRefusal | undefined;
  /** Charges every dimension; the returned function settles. `produced` tells the output tokens so far. */
  charge(charge: Charge, nowMs: number, produced?: () => number): (outcome: Settlement, nowMs: number) => void;
  readings(nowMs: number): DimensionReading[];
  /** Leaves room for one call of the average recent charge, or of `fallback` when there was none yet. */
  drainToOneCall(nowMs: number, fallback?: Charge): void;
  /** Counts what was used in a bucket whose place it takes. */
  preload(used: readonly DimensionReading[], nowMs: number): void;
  idle(nowMs: number): boolean;
}

/** What holds for all buckets of one limiter. */
export interface BucketRules {
  /** Day buckets refill this much faster. */
  clockScale: number;
  announce: "real" | "virtual";
  /** Undefined: as the provider does. */
  settle: SettleMode | undefined;
  /** The wall clock at a monotonic time, in milliseconds since the epoch. Default: as if the run began in 1970. */
  wallMs?(nowMs: number): number;
}

/** One dimension, with the window it announces and the one it refills in. */
interface Counted {
  dimension: Dimension;
  limit: number;
  meter: Meter;
  /** Announced time per real time: 1, or the clock scale for a day bucket that speaks in virtual time. */
  spoken: number;
  windowMs: number;
  tier: string | undefined;
  recent: { average: number; count: number };
}

/** The average follows the last calls with about this weight. */
const RECENT_CALLS = 16;

export function createBucket(
  spec: LimitSpec,
  rules: BucketRules,
  { provider, nowMs }: { provider: string; nowMs: number },
): Bucket {
  const policy = policyOf(spec.provider ?? provider);
  const settles = (rules.settle ?? policy.settle) === "usage";
  const cachedInputCounts = spec.cachedInputCounts ?? policy.cachedInputCounts;
  const reservesOutput = (spec.output ?? policy.output ?? "reserved") === "reserved";
  const counted = countedOf(spec, rules, { policy, reservesOutput, nowMs });
  const settling = { cachedInputCounts, tokensAre: policy.tokensAre };

  /** With the output that a call may make, where the limit reserves it and the dialect does not. */
  function asCounted(charge: Charge): Charge {
    const { maxOutputTokens } = charge;
    return reservesOutput && maxOutputTokens !== undefined ? { ...charge, outputTokens: maxOutputTokens } : charge;
  }

  return {
    ask(charge, now) {
      let tightest: LimitRefusal | undefined;
      for (const one of counted) {
        const refusal = refusalOf(one, askedAmount(one, asCounted(charge)), now);
        if (refusal && (tightest === undefined || isLonger(refusal, tightest))) tightest = refusal;
      }
      return tightest;
    },
    charge(given, now, produced = nothingYet) {
      const charge = asCounted(given);
      const charged: [Counted, Reservation][] = [];
      for (const one of counted) {
        const amount = amountOf(one.dimension, charge);
        if (one.meter.follow !== undefined) {
          charged.push([one, one.meter.follow(produced, now)]);
          continue;
        }
        remember(one, amount);
        if (settles && isSettled(one.dimension)) charged.push([one, one.meter.reserve(amount, now)]);
        else one.meter.charge(amount, now);
      }
      return (outcome, settledMs) => {
        for (const [one, { settle }] of charged) {
          const real = settledAmount(one.dimension, { ...settling, charge, outcome });
          if (one.meter.follow !== undefined) remember(one, real);
          settle(real, settledMs);
        }
      };
    },
    readings: (now) => counted.map((one) => readingOf(one, now)),
    drainToOneCall(now, fallback) {
      for (const one of counted) {
        const { meter, recent } = one;
        const room =
          recent.count > 0 || fallback === undefined ? recent.average : askedAmount(one, asCounted(fallback));
        meter.drainTo(room, now);
      }
    },
    preload(used, now) {
      for (const { dimension, meter } of counted) {
        const before = used.find((reading) => reading.dimension === dimension);
        if (before !== undefined) meter.charge(before.used, now);
      }
    },
    idle: (now) => counted.every((one) => one.meter.idle(now)),
  };
}

function countedOf(
  spec: LimitSpec,
  rules: BucketRules,
  { policy, reservesOutput, nowMs }: { policy: LimitPolicy; reservesOutput: boolean; nowMs: number },
): Counted[] {
  const { requestWindowMs } = spec;
  const counted: Counted[] = [];
  for (const dimension of DIMENSIONS) {
    const limit = spec.limits[dimension];
    if (limit === undefined) continue;
    const scale = windowMs(dimension) === DAY_MS ? rules.clockScale : 1;
    const spoken = rules.announce === "virtual" ? scale : 1;
    const realMs = windowMs(dimension) / scale;
    const newMeter = dimension === "otpm" && !reservesOutput ? createProduction : policy.newMeter;
    const calendarMs = calendarOf(rules, scale);
    const meter = newMeter({ dimension, limit, windowMs: realMs, nowMs, calendarMs, requestWindowMs });
    counted.push({
      dimension,
      limit,
      meter,
      spoken,
      windowMs: realMs * spoken,
      tier: spec.tier,
      recent: { average: 0, count: 0 },
    });
  }
  return counted;
}

function nothingYet(): number {
  return 0;
}

/** What must fit before a call is let in: its charge, or one token where it is charged by what it produces. */
function askedAmount({ dimension, meter }: Counted, charge: Charge): number {
  return meter.follow === undefined ? amountOf(dimension, charge) : 1;
}

/** In a scaled day the calendar passes faster, from where it stood when the run began. */
function calendarOf({ wallMs = (nowMs) => nowMs }: BucketRules, scale: number): (nowMs: number) => number {
  if (scale === 1) return wallMs;
  const startMs = wallMs(0);
  return (nowMs) => startMs + (wallMs(nowMs) - startMs) * scale;
}

function refusalOf(one: Counted, requested: number, nowMs: number): LimitRefusal | undefined {
  const { dimension, limit, meter, spoken, windowMs, tier } = one;
  const fit = meter.ask(requested, nowMs);
  if (fit.fits) return undefined;
  const waitMs = fit.waitMs === undefined ? undefined : fit.waitMs * spoken;
  return { dimension, limit, used: fit.used, requested, waitMs, windowMs, ...(tier !== undefined && { tier }) };
}

/** The longest wait decides; one that never ends is the longest. */
export function isLonger(one: LimitRefusal, other: LimitRefusal): boolean {
  return (one.waitMs ?? Number.POSITIVE_INFINITY) > (other.waitMs ?? Number.POSITIVE_INFINITY);
}

function readingOf({ dimension, limit, meter, spoken, windowMs }: Counted, nowMs: number): DimensionReading {
  const { used, resetMs } = meter.read(nowMs);
  return { dimension, limit, used, windowMs, resetMs: resetMs * spoken };
}

function remember({ recent }: Counted, amount: number): void {
  recent.count = Math.min(recent.count + 1, RECENT_CALLS);
  recent.average += (amount - recent.average) / recent.count;
}
