import { DAY_MS } from "../core/limits.ts";
import type { Fit, Meter, MeterOptions, Reservation } from "./meter.ts";

/** Absorbs the rounding of a caller who waits exactly as told, and that of a wall clock which counts whole milliseconds. */
const TOLERANCE_MS = 1;

const pacific = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
});

/** How far Pacific time is ahead of UTC, in milliseconds: negative, and another one in summer. */
function pacificOffset(wallMs: number): number {
  const wholeMs = Math.floor(wallMs / 1_000) * 1_000;
  const parts = new Map(pacific.formatToParts(wholeMs).map(({ type, value }) => [type, Number(value)]));
  const of = (part: Intl.DateTimeFormatPartTypes) => parts.get(part) ?? 0;
  const shown = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return shown - wholeMs;
}

/**
 * The next midnight in California, in milliseconds since the epoch; that of the next day when it is midnight now. A day there
 * has 23, 24 or 25 hours: the clocks change at two in the morning, so at midnight there is always one offset.
 */
export function nextPacificMidnight(wallMs: number): number {
  const here = wallMs + pacificOffset(wallMs);
  const midnightHere = (Math.floor(here / DAY_MS) + 1) * DAY_MS;
  // Tonight's offset may not be the present one, but it holds for hours around midnight.
  return midnightHere - pacificOffset(midnightHere - pacificOffset(wallMs));
}

/** A running count that starts again at midnight Pacific time, as Gemini counts a day ("RPD quotas reset at midnight Pacific time"). */
export function createPacificDay({ limit, windowMs, nowMs, calendarMs = (now) => now }: MeterOptions): Meter {
  /** How much faster the calendar passes than the monotonic clock. */
  const scale = DAY_MS / windowMs;
  const tolerance = TOLERANCE_MS * scale;
  let used = 0;
  let endsAt = nextPacificMidnight(calendarMs(nowMs));

  function turnDays(now: number): void {
    const today = calendarMs(now);
    if (today < endsAt - tolerance) return;
    used = 0;
    endsAt = nextPacificMidnight(today + tolerance);
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
