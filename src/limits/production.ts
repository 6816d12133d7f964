import { fitAt, TOLERANCE } from "./level.ts";
import type { Meter, MeterOptions, Reservation } from "./meter.ts";

/** A call that is still producing. */
interface Open {
  produced: () => number;
  /** Of it, what is in the level already. */
  counted: number;
  /** What would be in use now had this call produced nothing. */
  without: number;
}

/**
 * A continuously refilled bucket for output that is counted as it is produced (Anthropic's rule for output tokens per minute).
 *
 * Nothing is reserved: a call is let in while one token fits. What runs is never stopped, so the bucket can fall into debt,
 * and then later calls wait until that is paid. How the provider treats a running call in an empty bucket is not documented.
 *
 * The calls are asked how far they are whenever somebody looks. Between two looks they are taken to produce evenly, so the
 * order of pouring and refilling does not matter within that time; only the end of it does.
 */
export function createProduction({ limit, windowMs, nowMs }: MeterOptions): Meter & Required<Pick<Meter, "follow">> {
  const perMs = limit / windowMs;
  let used = 0;
  let atMs = nowMs;
  const open = new Set<Open>();

  function flowUntil(now: number): void {
    const refilled = Math.max(0, now - atMs) * perMs;
    const poured = new Map<Open, number>();
    let all = 0;
    for (const call of open) {
      const more = Math.max(0, call.produced() - call.counted);
      call.counted += more;
      all += more;
      poured.set(call, more);
    }
    if (all === 0 && refilled === 0) return;
    atMs = Math.max(atMs, now);
    used = Math.max(0, used + all - refilled);
    for (const [call, more] of poured) call.without = Math.max(0, call.without + all - more - refilled);
  }

  function add(amount: number): void {
    used += amount;
    for (const call of open) call.without += amount;
  }

  function follow(produced: () => number, now: number): Reservation {
    flowUntil(now);
    const call: Open = { produced, counted: 0, without: used };
    open.add(call);
    return {
      settle(real, settledMs) {
        call.produced = () => real;
        flowUntil(settledMs);
        open.delete(call);
        if (real < call.counted) shrink(call, real / call.counted);
      },
    };
  }

  /** It was less than was seen on the way. What leaked out meanwhile is not given back again: at worst too much stays counted. */
  function shrink(call: Open, share: number): void {
    used = call.without + (used - call.without) * share;
    for (const other of open) other.without = Math.min(other.without, used);
  }

  return {
    ask(amount, now) {
      flowUntil(now);
      return fitAt(used, amount, { limit, windowMs });
    },
    charge(amount, now) {
      flowUntil(now);
      add(amount);
    },
    reserve: (amount, now) => follow(() => amount, now),
    follow,
    read(now) {
      flowUntil(now);
      return { used, resetMs: perMs > 0 ? used / perMs : 0 };
    },
    drainTo(room, now) {
      flowUntil(now);
      add(Math.max(0, limit - room - used));
    },
    idle(now) {
      flowUntil(now);
      return open.size === 0 && used <= limit * TOLERANCE;
    },
  };
}
