import { DAY_MS } from "../core/limits.ts";
import type { Fit, Meter, MeterFactory, MeterOptions, Reservation } from "./meter.ts";

/** Absorbs the rounding of a caller who waits exactly as told, and that of a wall clock which counts whole milliseconds. */
const TOLERANCE_MS = 1;

/** Where a day ends: the next midnight, in milliseconds since the epoch; that of the next day when it is midnight now. */
export type NextMidnight = (wallMs: number) => number;

/** A running count that starts again at midnight, wherever the provider's midnight is. */
export function createCalendarDay(nextMidnight: NextMidnight): MeterFactory {
  return (options) => countUntil(nextMidnight, options);
}

function countUntil(
  nextMidnight: NextMidnight,
  { limit, windowMs, nowMs, calendarMs = (now) => now }: MeterOptions,
): Meter {
  /** How much faster the calendar passes than the monotonic clock. */
  const scale = DAY_MS / windowMs;
  const tolerance = TOLERANCE_MS * scale;
  let used = 0;
  let endsAt = nextMidnight(calendarMs(nowMs));

  function turnDays(now: number): void {
    const today = calendarMs(now);
    if (today < endsAt - tolerance) return;
    used = 0;
    endsAt = nextMidnight(today + tolerance);
  }

  /** Monotonic milliseconds until midnight. */
  function leftAt(now: number): number {
    return Math.max(0, endsAt - calendarMs(now)) / scale;
  }

  function ask(amount: number, now: number): Fit {
    turnDays(now);
    if (limit > 0 && used + amount <= limit) return { fits: true };
    return { fits: false, used: Math.ceil(used), waitMs: limit <= 0 || amount > limit ? undefined : leftAt(now) };
  }

  function reserve(amount: number, now: number): Reservation {
    turnDays(now);
    used += amount;
    const day = endsAt;
    return {
      settle(real, settledMs) {
        turnDays(settledMs);
        // Yesterday's charge is forgotten already; what it cost above it falls on today.
        if (day === endsAt || real > amount) used += real - amount;
      },
    };
  }

  return {
    ask,
    charge(amount, now) {
      turnDays(now);
      used += amount;
    },
    reserve,
    read(now) {
      turnDays(now);
      return { used, resetMs: used > 0 ? leftAt(now) : 0 };
    },
    drainTo(room, now) {
      turnDays(now);
      used = Math.max(used, limit - room);
    },
    idle(now) {
      turnDays(now);
      return used <= 0;
    },
  };
}
