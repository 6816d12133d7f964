import type { ChaosEvent } from "../core/event.ts";

/** The newest events, bounded. Their sequence numbers have no gaps, so one is found by counting. */
export interface EventMemory {
  push(event: ChaosEvent): void;
  /** Events after `seq` that are still held. */
  since(seq: number): readonly ChaosEvent[];
  /** The lowest number still held; 1 more than the newest when nothing is held. */
  readonly oldestSeq: number;
}

export function createEventMemory(capacity: number): EventMemory {
  let events: ChaosEvent[] = [];
  let oldestSeq = 1;
  return {
    push(event) {
      events.push(event);
      // Trimmed rarely and in bulk: moving the whole array for every event would cost more than the extra half.
      if (events.length < capacity * 1.5) return;
      oldestSeq += events.length - capacity;
      events = events.slice(-capacity);
    },
    since: (seq) => events.slice(Math.max(0, seq + 1 - oldestSeq)),
    get oldestSeq() {
      return oldestSeq;
    },
  };
}
