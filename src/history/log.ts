import type { Clock } from "../core/clock.ts";
import { type ChaosEvent, EVENT_VERSION, type EventBody, type EventSink } from "../core/event.ts";
import { type LineFile, openLineFile } from "./line-file.ts";
import { createEventMemory } from "./memory.ts";
import { readEvents } from "./read.ts";

export interface EventLogOptions {
  /** Where events.jsonl is created (the folder too). Without it the log lives in memory only. */
  path?: string;
  clock: Clock;
  /** The phase a new event belongs to. */
  phase: () => string;
  /**
   * How many of the newest events memory holds. Default 10,000 beside a file (older ones are read back from it),
   * 200,000 without one (older ones are gone).
   */
  keep?: number;
}

/** The run's history while it is written. The only sequencer: whoever has a fact hands it in here. */
export interface EventLog extends EventSink {
  /** Called synchronously with every new event, in order. What a listener throws is dropped. Returns the way out. */
  subscribe(listener: (event: ChaosEvent) => void): () => void;
  /** All events with a higher sequence number; from the file where memory no longer has them. */
  since(seq: number): readonly ChaosEvent[];
  readonly path: string | undefined;
  /** 0 before the first event. */
  readonly lastSeq: number;
  /** Set when the file could not be written any more; events are then held in memory only. */
  readonly failed: Error | undefined;
  /** Called once, at once when it has failed already. */
  onFailure(callback: (error: Error) => void): void;
  /** Writes what is left, syncs, closes. Later events stay in memory. */
  close(): Promise<void>;
}

const KEEP_BESIDE_FILE = 1_000;
const KEEP_ALONE = 200_000;

/** Throws UserError when the file cannot be created; afterwards nothing here throws into the data path. */
export function createEventLog(options: EventLogOptions): EventLog {
  const { path, clock, phase } = options;
  const failure = createFailure();
  const file: LineFile | undefined = path === undefined ? undefined : openLineFile(path, failure.tell);
  const memory = createEventMemory(options.keep ?? (file === undefined ? KEEP_ALONE : KEEP_BESIDE_FILE));
  const listeners = createListeners();
  const isoTime = createIsoTime();
  let lastSeq = 0;

  return {
    path,
    append(body: EventBody): ChaosEvent {
      lastSeq += 1;
      const event: ChaosEvent = {
        v: EVENT_VERSION,
        seq: lastSeq,
        t_ms: toMicroseconds(clock.nowMs()),
        at: isoTime(clock.wallMs()),
        phase: phase(),
        ...body,
      };
      memory.push(event);
      file?.write(() => JSON.stringify(event));
      listeners.tell(event);
      return event;
    },
    subscribe: listeners.add,
    since(seq) {
      if (file === undefined || path === undefined || seq + 1 >= memory.oldestSeq) return memory.since(seq);
      file.flush();
      return [...readBack(path, { after: seq, before: memory.oldestSeq }), ...memory.since(0)];
    },
    get lastSeq() {
      return lastSeq;
    },
    get failed() {
      return failure.error;
    },
    onFailure: failure.on,
    close: async () => file?.close(),
  };
}

/** Nothing when the file is gone or was damaged by others meanwhile: the caller gets what memory has. */
function readBack(path: string, { after, before }: { after: number; before: number }): ChaosEvent[] {
  try {
    return readEvents(path).events.filter(({ seq }) => seq > after && seq < before);
  } catch {
    return [];
  }
}

/** Many events share a millisecond; its text is made once. */
function createIsoTime(): (wallMs: number) => string {
  let lastMs = Number.NaN;
  let text = "";
  return (wallMs) => {
    const ms = Math.floor(wallMs);
    if (ms !== lastMs) {
      lastMs = ms;
      text = new Date(ms).toISOString();
    }
    return text;
  };
}

/** The log's clock is finer than anything it measures; microseconds keep the lines short. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function createListeners() {
  const listeners = new Set<(event: ChaosEvent) => void>();
  const waiting: ChaosEvent[] = [];
  let telling = false;
  const tellOne = (event: ChaosEvent) => {
    for (const listener of [...listeners]) {
      try {
        listener(event);
      } catch {
        // A listener is an onlooker (dashboard, control channel): its bug must not become the data path's.
      }
    }
  };
  return {
    add(listener: (event: ChaosEvent) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** An event that a listener appends is told after the current one, so everybody sees the same order. */
    tell(event: ChaosEvent) {
      if (listeners.size === 0) return;
      waiting.push(event);
      if (telling) return;
      telling = true;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) tellOne(next);
      telling = false;
    },
  };
}

function createFailure() {
  const callbacks: ((error: Error) => void)[] = [];
  let error: Error | undefined;
  return {
    get error() {
      return error;
    },
    tell(happened: Error) {
      error = happened;
      for (const callback of callbacks.splice(0)) callback(happened);
    },
    on(callback: (error: Error) => void) {
      if (error === undefined) callbacks.push(callback);
      else callback(error);
    },
  };
}
