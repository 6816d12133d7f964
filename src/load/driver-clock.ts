import type { Clock } from "../core/clock.ts";

/** `process.hrtime` has one zero point for all processes of a machine: times taken here stand on the same axis as the proxy's. */
export function createDriverClock(startedAtNs: bigint): Clock {
  return {
    nowMs: () => Number(process.hrtime.bigint() - startedAtNs) / 1e6,
    wallMs: () => Date.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, Math.max(0, Math.min(ms, 2 ** 31 - 1)));
      return () => clearTimeout(timer);
    },
  };
}
