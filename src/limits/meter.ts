import type { Dimension } from "../core/limits.ts";

/**
 * How one dimension of one bucket is counted: the seam behind which a provider's algorithm stands.
 * Amounts are requests or tokens; times are the clock's monotonic milliseconds and never run backwards.
 */
export interface Meter {
  /** Whether the amount fits now. Changes nothing. */
  ask(amount: number, nowMs: number): Fit;
  /** Counts the amount for good, whether or not it fits. */
  charge(amount: number, nowMs: number): void;
  /** Counts an amount that is known exactly only later. */
  reserve(amount: number, nowMs: number): Reservation;
  /** Counts an amount that comes by and by, asked for whenever the meter is. Only where output is counted as it is produced. */
  follow?(produced: () => number, nowMs: number): Reservation;
  read(nowMs: number): MeterReading;
  /** Leaves room for this amount at most. Never gives room back. */
  drainTo(room: number, nowMs: number): void;
  /** Nothing is counted any more, so a new meter would say the same. */
  idle(nowMs: number): boolean;
}

export type Fit =
  | { fits: true }
  /** `waitMs` until it fits, when nobody else charges; undefined when it can never fit. */
  | { fits: false; used: number; waitMs: number | undefined };

export interface MeterReading {
  used: number;
  /** Milliseconds until nothing is used, when nobody charges. */
  resetMs: number;
}

/** A charge that may turn out smaller or larger than was counted at first. */
export interface Reservation {
  /** Corrects it to what it really cost. Less: as if only that had been charged from the start. More: the rest is charged now. Call once. */
  settle(amount: number, nowMs: number): void;
}

export interface MeterOptions {
  /** For a provider that counts one of them otherwise than the rest. */
  dimension: Dimension;
  limit: number;
  /** The time in which an empty bucket becomes full, already divided by the clock scale. */
  windowMs: number;
  nowMs: number;
  /** The shortest part of a minute by which requests are judged, in milliseconds. Default: as the provider does. */
  requestWindowMs?: number | undefined;
  /**
   * The calendar's time at a monotonic time, in milliseconds since the epoch, for windows that end by the calendar. It passes
   * faster where the window was divided by a clock scale. Default: the monotonic time, as if it began in 1970.
   */
  calendarMs?(nowMs: number): number;
}

export type MeterFactory = (options: MeterOptions) => Meter;
