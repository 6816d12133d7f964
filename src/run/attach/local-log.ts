import type { ChaosEvent, EventBody } from "../../core/event.ts";
import { openLineFile } from "../../history/line-file.ts";

/** Points in time of the events, all on the run's clock. */
const TIMES = ["t_ms", "head_at_ms", "last_byte_at_ms", "due_at_ms", "started_at_ms", "at_ms"];

/** The proxy's log from the moment on at which our scenario was loaded, as a log of this run: its numbers kept, its clock set to zero there. */
export interface LocalLog {
  take(event: ChaosEvent): void;
  subscribe(listener: (event: ChaosEvent) => void): () => void;
  readonly lastSeq: number;
  /** Resolves when an event of this number, or a later one, was taken. */
  reached(seq: number): Promise<void>;
  /** Writes the end and closes. */
  close(end: EventBody<"run_ended">): void;
}

export function openLocalLog(
  path: string,
  start: EventBody<"run_started">,
  onFailure: (error: Error) => void,
): LocalLog {
  const file = openLineFile(path, onFailure);
  const listeners = new Set<(event: ChaosEvent) => void>();
  let last: ChaosEvent | undefined;
  let zeroMs: number | undefined;
  let waiting: { seq: number; resolve(): void }[] = [];

  const write = (event: ChaosEvent) => {
    last = event;
    file.write(JSON.stringify(event));
    for (const listener of [...listeners]) listener(event);
  };
  return {
    take(event) {
      if (zeroMs === undefined) {
        zeroMs = event.t_ms;
        // The proxy started long before this run did: its own start is not this one's.
        write({ v: event.v, seq: event.seq - 1, t_ms: 0, at: event.at, phase: "startup", ...start });
      }
      write(movedBy(event, -zeroMs));
      const now = waiting.filter(({ seq }) => seq <= event.seq);
      waiting = waiting.filter(({ seq }) => seq > event.seq);
      for (const { resolve } of now) resolve();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get lastSeq() {
      return last?.seq ?? 0;
    },
    reached(seq) {
      if ((last?.seq ?? 0) >= seq) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ seq, resolve }));
    },
    close(end) {
      if (last !== undefined) write({ ...envelope(last), seq: last.seq + 1, phase: "drain", ...end });
      file.close();
    },
  };
}

function envelope({ v, seq, t_ms, at, phase }: ChaosEvent) {
  return { v, seq, t_ms, at, phase };
}

function movedBy(event: ChaosEvent, ms: number): ChaosEvent {
  const entries = Object.entries(event).map(([name, value]) =>
    TIMES.includes(name) && typeof value === "number"
      ? [name, Math.round((value + ms) * 1_000) / 1_000]
      : [name, value],
  );
  return Object.fromEntries(entries);
}
