import type { Fit, Meter, MeterOptions, Reservation } from "./meter.ts";

/** Milliseconds: absorbs the floating-point rounding of a caller who waits exactly as told. */
const TOLERANCE_MS = 1e-6;
/** Relative to the limit: the same for amounts that are averages. */
const TOLERANCE = 1e-11;

/** How much one provider lets through in each of the windows it judges by. */
interface Share {
  ms: number;
  limit: number;
}

/** A running count that starts again from nothing. It is closed (and has no end) while nothing was charged since. */
interface Window extends Share {
  used: number;
  endsAtMs: number | undefined;
}

/**
 * "Added to a running token count of all requests that is reset each minute" (Azure's quota documentation). Where its
 * minute begins is not told: ours begins with the first charge after the last one was over, so that a run can be repeated.
 */
export function createFixedWindow({ limit, windowMs }: MeterOptions): Meter {
  return createWindows(limit, [{ ms: windowMs, limit }]);
}

/**
 * Requests per minute, judged "over a small period of time, typically 1 or 10 seconds": 600 per minute are refused when
 * more than 10 come in a second (the same page). We judge by both and by the minute. A share that is no whole number is
 * rounded up: else 90 a minute would be 60, and 3 a minute none at all. The rounding is ours. Some limits are published
 * per 10 seconds: those are not judged by the second.
 */
export function createRequestWindows({ limit, windowMs, requestWindowMs = 0 }: MeterOptions): Meter {
  const shares = [60, 6, 1].map((parts) => ({ ms: windowMs / parts, limit: Math.ceil(limit / parts) }));
  return createWindows(
    limit,
    shares.filter(({ ms }) => ms >= requestWindowMs),
  );
}

/** The last share is the longest and the limit as it is spoken of. */
function createWindows(limit: number, shares: readonly Share[]): Meter {
  const windows: Window[] = shares.map((share) => ({ ...share, used: 0, endsAtMs: undefined }));
  const tolerance = limit * TOLERANCE;

  function closeUntil(now: number): void {
    for (const window of windows) {
      if (window.endsAtMs === undefined || now < window.endsAtMs - TOLERANCE_MS) continue;
      window.used = 0;
      window.endsAtMs = undefined;
    }
  }

  function add(amount: number, now: number): void {
    for (const window of windows) {
      window.endsAtMs ??= now + window.ms;
      window.used += amount;
    }
  }

  function ask(amount: number, now: number): Fit {
    closeUntil(now);
    const short = windows.filter((window) => window.limit <= 0 || window.used + amount > window.limit + tolerance);
    if (short.length === 0) return { fits: true };
    const never = short.some((window) => window.limit <= 0 || amount > window.limit + tolerance);
    const waitMs = never ? undefined : Math.max(...short.map((window) => leftOf(window, now)));
    // The rate that was judged, per minute: ten of ten in a second are all of 600.
    const rates = short.map((window) => (window.limit > 0 ? (window.used * limit) / window.limit : 0));
    return { fits: false, used: Math.max(0, Math.ceil(Math.max(...rates) - tolerance)), waitMs };
  }

  function reserve(amount: number, now: number): Reservation {
    closeUntil(now);
    add(amount, now);
    const charged = windows.map(({ endsAtMs }) => endsAtMs);
    return {
      settle(real, settledMs) {
        closeUntil(settledMs);
        if (real > amount) add(real - amount, settledMs);
        else refund(amount - real, charged);
      },
    };
  }

  /** A window that is over has forgotten the charge already. */
  function refund(amount: number, charged: readonly (number | undefined)[]): void {
    windows.forEach((window, index) => {
      if (window.endsAtMs !== undefined && window.endsAtMs === charged[index]) window.used -= amount;
    });
  }

  return {
    ask,
    charge(amount, now) {
      closeUntil(now);
      add(amount, now);
    },
    reserve,
    read(now) {
      closeUntil(now);
      const whole = windows.at(-1);
      if (whole === undefined || whole.used === 0) return { used: 0, resetMs: 0 };
      return { used: whole.used, resetMs: leftOf(whole, now) };
    },
    drainTo(room, now) {
      closeUntil(now);
      for (const window of windows) drainWindow(window, room, now);
    },
    idle(now) {
      closeUntil(now);
      return windows.every(({ endsAtMs }) => endsAtMs === undefined);
    },
  };
}

function leftOf({ endsAtMs }: Window, now: number): number {
  return Math.max(0, (endsAtMs ?? now) - now);
}

/**
 * As if the limit had been used up evenly: room for one more call, and the time that one call takes at the limit's rate.
 * A window drained at its beginning instead would refuse everything for a minute, whatever the load.
 */
function drainWindow(window: Window, room: number, now: number): void {
  if (window.limit <= 0 || room >= window.limit) return;
  window.used = Math.max(window.used, window.limit - room);
  const restMs = room > 0 ? (room * window.ms) / window.limit : window.ms;
  window.endsAtMs = Math.min(window.endsAtMs ?? Number.POSITIVE_INFINITY, now + restMs);
}
