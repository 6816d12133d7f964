import type { ChaosEvent } from "../core/event.ts";

/** The newest events, bounded. */
export interface EventMemory {
  push(event: ChaosEvent): void;
  /** Events after `seq` that are still held, in order. */
  since(seq: number): readonly ChaosEvent[];
}

export function createEventMemory(capacity: number): EventMemory {
  let events: ChaosEvent[] = [];
  return {
    push(event) {
      events.push(event);
      // Trimmed rarely and in bulk: moving the whole array for every event would cost more than the extra half.
      if (events.length >= capacity * 1.5) events = events.slice(-capacity);
    },
    since(seq) {
      const first = events[0];
      // Sequence numbers have no gaps, so the place is found by counting.
      return first === undefined ? [] : events.slice(Math.max(0, seq + 1 - first.seq));
    },
  };
}
