import type { Fit } from "./meter.ts";

/**
 * Relative to the limit: absorbs the floating-point rounding of a caller who waits exactly as told.
 * As time it is less than a nanosecond of a minute and less than a microsecond of a day.
 */
export const TOLERANCE = 1e-11;

/** Whether an amount fits into a bucket that is used so far and is refilled evenly within the window. */
export function fitAt(used: number, amount: number, { limit, windowMs }: { limit: number; windowMs: number }): Fit {
  const tolerance = limit * TOLERANCE;
  if (limit > 0 && used + amount <= limit + tolerance) return { fits: true };
  // Whole units, rounded up, and the wait computed from them: then the printed text agrees with itself, and waiting is enough.
  const whole = Math.max(0, Math.ceil(used - tolerance));
  const waitMs = amount > limit || limit <= 0 ? undefined : ((whole + amount - limit) * windowMs) / limit;
  return { fits: false, used: whole, waitMs };
}
