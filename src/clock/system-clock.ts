import type { Clock } from "../core/clock.ts";

/** The longest time that Node's timers take; longer ones fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `process.hrtime` counts from one point for all processes of a machine, so a driver in its own process can share the zero point. */
export function createSystemClock(startedAtNs: bigint = process.hrtime.bigint()): Clock & { startedAtNs: bigint } {
  const nowMs = () => Number(process.hrtime.bigint() - startedAtNs) / 1e6;
  return {
    startedAtNs,
    nowMs,
    wallMs: () => Date.now(),
    after(ms, callback) {
      const dueMs = nowMs() + ms;
      let timer: NodeJS.Timeout;
      // Node's timers count whole milliseconds of another clock and may fire up to one too early.
      const check = () => {
        const leftMs = dueMs - nowMs();
        if (leftMs > 0) arm(leftMs);
        else callback();
      };
      const arm = (leftMs: number) => {
        timer = setTimeout(check, Math.min(leftMs, LONGEST_TIMER_MS));
      };
      arm(ms);
      return () => clearTimeout(timer);
    },
  };
}
