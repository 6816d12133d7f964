import type { Clock } from "../../src/core/clock.ts";

const TICK_MS = 10;

export interface LoopWatch {
  /** How late our own event loop was at most since then, in milliseconds. */
  latestSince(sinceMs: number): number;
  stop(): void;
}

/** Our own lateness is no behaviour of a client: where it was large, what was measured is void. */
export function watchLoop(clock: Clock): LoopWatch {
  const late: { atMs: number; lateMs: number }[] = [];
  let cancel = () => {};
  const tick = () => {
    const dueMs = clock.nowMs() + TICK_MS;
    cancel = clock.after(TICK_MS, () => {
      const lateMs = clock.nowMs() - dueMs;
      if (lateMs > TICK_MS) late.push({ atMs: clock.nowMs(), lateMs });
      tick();
    });
  };
  tick();
  return {
    latestSince: (sinceMs) => Math.max(0, ...late.filter(({ atMs }) => atMs >= sinceMs).map(({ lateMs }) => lateMs)),
    stop: () => cancel(),
  };
}
