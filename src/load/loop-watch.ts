import { performance } from "node:perf_hooks";
import type { Clock } from "../core/clock.ts";
import type { EventBody } from "../core/event.ts";
import { formatShare } from "../core/units.ts";
import type { TrustLimits } from "./protocol.ts";

const SAMPLE_MS = 20;
const REPORT_MS = 1_000;
/** A pause of a garbage collection now and then does not spoil a step; being late again and again does. */
const LATE_SHARE = 0.05;
const FEWEST_LATE = 3;

/** Watches the driver's own event loop, whose slowness would be measured as the app's. */
export interface LoopWatch {
  /** Begins a new span to be judged. */
  begin(): void;
  /** Undefined: the measurements since `begin` can be trusted; otherwise why not. */
  doubt(): string | undefined;
  stop(): void;
}

export function createLoopWatch(clock: Clock, trust: TrustLimits, emit: (event: EventBody) => void): LoopWatch {
  const judged = createSpan(trust);
  const reported = createSpan(trust);
  let dueMs = clock.nowMs() + SAMPLE_MS;
  let reportAtMs = clock.nowMs() + REPORT_MS;

  const sample = () => {
    const now = clock.nowMs();
    const lateMs = Math.max(0, now - dueMs);
    judged.add(lateMs);
    reported.add(lateMs);
    if (now >= reportAtMs) {
      const { worstMs, busy } = reported.reading();
      if (worstMs >= trust.lateMs || busy > trust.busyShare) {
        emit({ type: "self_delay", who: "driver", late_ms: round(worstMs), busy: round(busy) });
      }
      reported.begin();
      reportAtMs = now + REPORT_MS;
    }
    dueMs = now + SAMPLE_MS;
    cancel = clock.after(SAMPLE_MS, sample);
  };
  let cancel = clock.after(SAMPLE_MS, sample);

  return { begin: judged.begin, doubt: judged.doubt, stop: () => cancel() };
}

function createSpan(trust: TrustLimits) {
  let samples = 0;
  let late = 0;
  let worstMs = 0;
  let since = performance.eventLoopUtilization();
  const busyShare = () => performance.eventLoopUtilization(since).utilization;
  return {
    begin() {
      samples = 0;
      late = 0;
      worstMs = 0;
      since = performance.eventLoopUtilization();
    },
    add(lateMs: number) {
      samples++;
      if (lateMs >= trust.lateMs) late++;
      worstMs = Math.max(worstMs, lateMs);
    },
    reading: () => ({ worstMs, busy: busyShare() }),
    doubt(): string | undefined {
      const busy = busyShare();
      if (busy > trust.busyShare) return `the driver itself was busy (${formatShare(busy)} of its time)`;
      if (late >= FEWEST_LATE && late > samples * LATE_SHARE) {
        return `the driver itself was late (${trust.lateMs} ms or more in ${late} of ${samples} samples, at worst ${Math.round(worstMs)} ms)`;
      }
      return undefined;
    },
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
