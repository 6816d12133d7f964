import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { EventSink } from "../core/event.ts";

const SAMPLE_MS = 500;
/** Timer lateness beyond the sampling resolution that makes measured waits of tens of milliseconds doubtful. */
const LATE_MS = 20;
const BUSY_SHARE = 0.7;
const RESOLUTION_MS = 10;

/** Watches our own event loop: an event `self_delay` marks every half second in which our own measuring was late. */
export function watchSelfDelay(sink: EventSink): { stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let last = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(now, last).utilization;
    const lateMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
    last = now;
    delay.reset();
    if (lateMs >= LATE_MS || busy > BUSY_SHARE) {
      sink.append({
        type: "self_delay",
        who: "proxy",
        late_ms: Math.round(lateMs * 10) / 10,
        busy: Math.round(busy * 100) / 100,
      });
    }
  }, SAMPLE_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
