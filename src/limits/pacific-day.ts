import { DAY_MS } from "../core/limits.ts";
import { createCalendarDay } from "./calendar-day.ts";
import type { MeterFactory } from "./meter.ts";

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

/** As Gemini counts a day ("RPD quotas reset at midnight Pacific time"). */
export const createPacificDay: MeterFactory = createCalendarDay(nextPacificMidnight);
