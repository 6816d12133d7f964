import { DAY_MS } from "../core/limits.ts";
import { createCalendarDay } from "./calendar-day.ts";
import type { MeterFactory } from "./meter.ts";

/** As OpenRouter counts a day. UTC has neither summer time nor leap seconds in milliseconds since the epoch. */
export const createUtcDay: MeterFactory = createCalendarDay((wallMs) => (Math.floor(wallMs / DAY_MS) + 1) * DAY_MS);
