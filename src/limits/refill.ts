import { fitAt, TOLERANCE } from "./level.ts";
import type { Fit, Meter, MeterOptions, Reservation } from "./meter.ts";

/** A charge whose real cost is not known yet. */
interface Pending {
  amount: number;
  /** What would be in use now had the bucket been empty right after this charge: the floor of its refund. */
  later: number;
}

/**
 * A continuously refilled bucket, OpenAI's arithmetic: room comes back at limit / window, all the time.
 *
 * A refund works as if the smaller amount had been charged from the start. The plain `used - refund` would be wrong:
 * what leaked out of the bucket in the meantime would be given back a second time, and later calls would pass the wall.
 */
export function createRefill({ limit, windowMs, nowMs }: MeterOptions): Meter {
  const perMs = limit / windowMs;
  const tolerance = limit * TOLERANCE;
  let used = 0;
  let atMs = nowMs;
  /** In order of charging. Those whose charge has leaked out completely are dropped: nothing is left to give back. */
  const pending = new Set<Pending>();

  function refillUntil(now: number): void {
    const refilled = Math.max(0, now - atMs) * perMs;
    if (refilled === 0) return;
    atMs = now;
    used = Math.max(0, used - refilled);
    for (const one of pending) {
      one.later = Math.max(0, one.later - refilled);
      if (used - one.later <= tolerance) pending.delete(one);
    }
  }

  function add(amount: number): void {
    used += amount;
    for (const one of pending) one.later += amount;
  }

  function refund(one: Pending, amount: number): void {
    if (!pending.has(one)) return;
    used = Math.max(used - amount, one.later);
    for (const earlier of pending) {
      if (earlier === one) break;
      earlier.later = Math.max(earlier.later - amount, one.later);
    }
  }

  function ask(amount: number, now: number): Fit {
    refillUntil(now);
    return fitAt(used, amount, { limit, windowMs });
  }

  function reserve(amount: number, now: number): Reservation {
    refillUntil(now);
    add(amount);
    const one: Pending = { amount, later: 0 };
    if (amount > 0) pending.add(one);
    return {
      settle(real, settledMs) {
        refillUntil(settledMs);
        if (real < one.amount) refund(one, one.amount - real);
        pending.delete(one);
        if (real > one.amount) add(real - one.amount);
      },
    };
  }

  return {
    ask,
    charge(amount, now) {
      refillUntil(now);
      add(amount);
    },
    reserve,
    read(now) {
      refillUntil(now);
      return { used, resetMs: perMs > 0 ? used / perMs : 0 };
    },
    drainTo(room, now) {
      refillUntil(now);
      add(Math.max(0, limit - room - used));
    },
    idle(now) {
      refillUntil(now);
      return used <= tolerance;
    },
  };
}
