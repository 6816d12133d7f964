import type { Clock } from "../core/clock.ts";
import {
  type Admission,
  type AdmissionRequest,
  DIMENSIONS,
  type DimensionReading,
  type Limiter,
  type LimitRefusal,
  type LimitSpec,
} from "../core/limits.ts";
import { type BucketRules, isLonger } from "./bucket.ts";
import type { SettleMode } from "./policy.ts";
import { createRow, replaceRows } from "./rows.ts";

export interface LimitRules {
  /** Every row that matches a call counts it; a row without a model matches all models. */
  specs: readonly LimitSpec[];
  /** Day buckets, and only they, refill this much faster. Default 1. */
  clockScale?: number;
  /** What a scaled day bucket announces: the wait as it will really be, or the unscaled provider's. Default `real`. */
  announce?: "real" | "virtual";
  /** Undefined: as each provider does (`settlementOf`). */
  settle?: SettleMode;
}

export interface LimiterOptions extends LimitRules {
  clock: Clock;
}

/** Limits that can change while calls run. */
export interface LiveLimiter extends Limiter {
  /** Other rows in the place of these; one that changed goes on with what was used. Also ends what `disable` did. */
  replace(rules: LimitRules): void;
}

/**
 * Counted limits. A call is admitted when it fits every dimension of every matching row; else the longest wait
 * decides and is named.
 *
 * A refused call is charged nothing, on no dimension. OpenAI says that unsuccessful requests count against the
 * per-minute limit, but each of its messages seen prints at most `Used 3` of `Limit 3` and a wait after which the
 * call fits, so a refusal can at most have filled the bucket. Not charging keeps the promise that matters here:
 * who waits as told is served. A caller that hammers is thus treated more kindly than it may be in production.
 *
 * Numbers: a refusal's `used` is whole (rounded up) and its `waitMs` is computed from it, so that the printed text
 * agrees with itself; whoever prints the wait rounds it up to his unit. Readings are exact, with fractions: whoever
 * prints `remaining` rounds limit − used down. Both as in OpenAI's captured bodies and headers.
 */
export function createLimiter(options: LimiterOptions): LiveLimiter {
  const { clock } = options;
  /** Asked each time: a computer that slept has a monotonic clock that stood still. */
  const wallMs = (nowMs: number) => nowMs + (clock.wallMs() - clock.nowMs());
  const rulesOf = ({ clockScale = 1, announce = "real", settle }: LimitRules): BucketRules => ({
    clockScale,
    announce,
    settle,
    wallMs,
  });
  let rows = options.specs.map((spec) => createRow(spec, rulesOf(options)));
  let disabled = false;

  function admit(request: AdmissionRequest): Admission {
    if (disabled) return FREE;
    const nowMs = clock.nowMs();
    const buckets = rows.filter((row) => row.matches(request)).map((row) => row.bucketFor(request, nowMs));
    let refusal: LimitRefusal | undefined;
    for (const bucket of buckets) {
      const one = bucket.ask(request.charge, nowMs);
      if (one && (refusal === undefined || isLonger(one, refusal))) refusal = one;
    }
    if (refusal) return { admitted: false, readings: tightest(buckets, nowMs, leastRemaining), refusal };
    const settles = buckets.map((bucket) => bucket.charge(request.charge, nowMs, request.producedTokens));
    let settled = false;
    return {
      admitted: true,
      readings: tightest(buckets, nowMs, leastRemaining),
      settle(outcome) {
        if (settled) return;
        settled = true;
        for (const settle of settles) settle(outcome, clock.nowMs());
      },
    };
  }

  return {
    admit,
    readings() {
      if (disabled) return [];
      const nowMs = clock.nowMs();
      const untouched = rows.map((row) => ({ readings: () => row.untouched }));
      return tightest([...untouched, ...rows.flatMap((row) => [...row.store.all()])], nowMs, mostUsed);
    },
    drainToOneCall() {
      for (const row of rows) row.drainToOneCall(clock.nowMs());
    },
    disable() {
      disabled = true;
    },
    replace(next) {
      rows = replaceRows(rows, next.specs, { rules: rulesOf(next), nowMs: clock.nowMs() });
      disabled = false;
    },
    get counting() {
      return !disabled && rows.length > 0;
    },
  };
}

const FREE: Admission = Object.freeze({ admitted: true, readings: [], settle() {} });

type Tighter = (one: DimensionReading, other: DimensionReading) => boolean;

const leastRemaining: Tighter = (one, other) => one.limit - one.used < other.limit - other.used;
const mostUsed: Tighter = (one, other) => one.used * other.limit > other.used * one.limit;

/** One reading per dimension, in the order of DIMENSIONS. */
function tightest(
  buckets: readonly { readings(nowMs: number): readonly DimensionReading[] }[],
  nowMs: number,
  tighter: Tighter,
): readonly DimensionReading[] {
  const chosen = new Map<string, DimensionReading>();
  for (const reading of buckets.flatMap((bucket) => bucket.readings(nowMs))) {
    const other = chosen.get(reading.dimension);
    if (other === undefined || tighter(reading, other)) chosen.set(reading.dimension, reading);
  }
  return DIMENSIONS.flatMap((dimension) => chosen.get(dimension) ?? []);
}
