import type { Clock } from "../../src/core/clock.ts";

export interface FakeClock extends Clock {
  /** Moves time on, firing what is due in order, and lets promise callbacks run between timers. */
  advance(ms: number): Promise<void>;
  /** Timers that have not fired. */
  readonly pending: number;
}

export function createFakeClock(wallStartMs = Date.UTC(2026, 0, 5, 12)): FakeClock {
  let now = 0;
  let order = 0;
  const timers: { at: number; order: number; callback: () => void }[] = [];
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return {
    nowMs: () => now,
    wallMs: () => wallStartMs + now,
    after(ms, callback) {
      const timer = { at: now + ms, order: order++, callback };
      timers.push(timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        timers.sort((a, b) => a.at - b.at || a.order - b.order);
        const next = timers[0];
        if (next === undefined || next.at > end) break;
        timers.shift();
        now = Math.max(now, next.at);
        next.callback();
        await settle();
      }
      now = end;
      await settle();
    },
    get pending() {
      return timers.length;
    },
  };
}
