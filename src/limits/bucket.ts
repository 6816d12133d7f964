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
import { policyOf, type SettleMode } from "./policy.ts";

/** All counted dimensions of one row, for one key and model (as the row's `per` says). */
export interface Bucket {
  /** The dimension that makes the call wait longest, or undefined when all have room. Charges nothing. */
  ask(charge: Charge, nowMs: number): LimitRefusal | undefined;
  /** Charges every dimension; the returned function settles. */
  charge(charge: Charge, nowMs: number): (outcome: Settlement, nowMs: number) => void;
  readings(nowMs: number): DimensionReading[];
  /** Leaves room for one call of the average recent charge, or of `fallback` when there was none yet. */
  drainToOneCall(nowMs: number, fallback?: Charge): void;
  idle(nowMs: number): boolean;
}

/** What holds for all buckets of one limiter. */
export interface BucketRules {
  /** Day buckets refill this much faster. */
  clockScale: number;
  announce: "real" | "virtual";
  /** Undefined: as the provider does. */
  settle: SettleMode | undefined;
}

/** One dimension, with the window it announces and the one it refills in. */
interface Counted {
  dimension: Dimension;
  limit: number;
  meter: Meter;
  /** Announced time per real time: 1, or the clock scale for a day bucket that speaks in virtual time. */
  spoken: number;
  windowMs: number;
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
  const counted: Counted[] = [];
  for (const dimension of DIMENSIONS) {
    const limit = spec.limits[dimension];
    if (limit === undefined) continue;
    const scale = windowMs(dimension) === DAY_MS ? rules.clockScale : 1;
    const spoken = rules.announce === "virtual" ? scale : 1;
    const realMs = windowMs(dimension) / scale;
    const meter = policy.newMeter({ dimension, limit, windowMs: realMs, nowMs });
    counted.push({
      dimension,
      limit,
      meter,
      spoken,
      windowMs: realMs * spoken,
      recent: { average: 0, count: 0 },
    });
  }

  return {
    ask(charge, now) {
      let tightest: LimitRefusal | undefined;
      for (const one of counted) {
        const refusal = refusalOf(one, amountOf(one.dimension, charge), now);
        if (refusal && (tightest === undefined || isLonger(refusal, tightest))) tightest = refusal;
      }
      return tightest;
    },
    charge(charge, now) {
      const charged: [Dimension, Reservation][] = [];
      for (const one of counted) {
        const amount = amountOf(one.dimension, charge);
        remember(one, amount);
        if (settles && isSettled(one.dimension)) charged.push([one.dimension, one.meter.reserve(amount, now)]);
        else one.meter.charge(amount, now);
      }
      return (outcome, settledMs) => {
        for (const [dimension, { settle }] of charged) {
          settle(settledAmount(dimension, { charge, outcome, cachedInputCounts: policy.cachedInputCounts }), settledMs);
        }
      };
    },
    readings: (now) => counted.map((one) => readingOf(one, now)),
    drainToOneCall(now, fallback) {
      for (const { dimension, meter, recent } of counted) {
        const room = recent.count > 0 || fallback === undefined ? recent.average : amountOf(dimension, fallback);
        meter.drainTo(room, now);
      }
    },
    idle: (now) => counted.every((one) => one.meter.idle(now)),
  };
}

function refusalOf({ dimension, limit, meter, spoken, windowMs }: Counted, requested: number, nowMs: number) {
  const fit = meter.ask(requested, nowMs);
  if (fit.fits) return undefined;
  const waitMs = fit.waitMs === undefined ? undefined : fit.waitMs * spoken;
  return { dimension, limit, used: fit.used, requested, waitMs, windowMs } satisfies LimitRefusal;
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
