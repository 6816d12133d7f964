import type { Clock } from "../core/clock.ts";

/** `process.hrtime` counts from one point for all processes of a machine, so a driver in its own process can share the zero point. */
export function createSystemClock(startedAtNs: bigint = process.hrtime.bigint()): Clock & { startedAtNs: bigint } {
  return {
    startedAtNs,
    nowMs: () => Number(process.hrtime.bigint() - startedAtNs) / 1e6,
    wallMs: () => Date.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
  };
}
