import type { Clock } from "../core/clock.ts";
import { type ChaosEvent, EVENT_VERSION, type EventBody, type EventSink } from "../core/event.ts";
import { type LineFile, openLineFile } from "./line-file.ts";
import { createEventMemory } from "./memory.ts";

export interface EventLogOptions {
  /** Where events.jsonl is created (the folder too). Without it the log lives in memory only. */
  path?: string;
  clock: Clock;
  /** The phase a new event belongs to. */
  phase: () => string;
  /** How many of the newest events memory holds when there is no file, or when it can no longer be written. Default 200,000. */
  keep?: number;
}

/** The run's history while it is written. The only sequencer: whoever has a fact hands it in here. */
export interface EventLog extends EventSink {
  /** Called synchronously with every new event, in order. What a listener throws is dropped. Returns the way out. */
  subscribe(listener: (event: ChaosEvent) => void): () => void;
  /** All events with a higher sequence number, read back from the file where there is one. */
  since(seq: number): readonly ChaosEvent[];
  readonly path: string | undefined;
  /** 0 before the first event. */
  readonly lastSeq: number;
  /** Set when the file could not be written any more; events are then held in memory only. */
  readonly failed: Error | undefined;
  /** Nothing that comes now is written any more. */
  readonly closed: boolean;
  /** Called once, at once when it has failed already. */
  onFailure(callback: (error: Error) => void): void;
  /** Writes what is left, syncs, closes. Later events stay in memory. */
  close(): Promise<void>;
}

const KEEP = 200_000;

/** Throws UserError when the file cannot be created; afterwards nothing here throws into the data path. */
export function createEventLog(options: EventLogOptions): EventLog {
  const { path, clock, phase } = options;
  const failure = createFailure();
  // Memory beside a file would hold every event just long enough for the collector to move it among the old ones,
  // which cost the relay more than writing it does.
  const memory = createEventMemory(options.keep ?? KEEP);
  const file: LineFile | undefined =
    path === undefined
      ? undefined
      : openLineFile(path, (error, lines) => {
          for (const line of lines) memory.push(JSON.parse(line));
          failure.tell(error);
        });
  const listeners = createListeners();
  const isoTime = createIsoTime();
  let lastSeq = 0;
  let closed = false;

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
      if (file === undefined || file.failed !== undefined) memory.push(event);
      else file.write(JSON.stringify(event));
      listeners.tell(event);
      return event;
    },
    subscribe: listeners.add,
    since(seq) {
      if (file === undefined) return memory.since(seq);
      const written = readBack(file, seq);
      const last = written.at(-1)?.seq ?? seq;
      return [...written, ...memory.since(Math.max(seq, last))];
    },
    get lastSeq() {
      return lastSeq;
    },
    get failed() {
      return failure.error;
    },
    get closed() {
      return closed;
    },
    onFailure: failure.on,
    async close() {
      closed = true;
      file?.close();
    },
  };
}

/** One line is one event, and both are counted from 1. Nothing when the file is gone or was damaged by others meanwhile. */
function readBack(file: LineFile, after: number): ChaosEvent[] {
  try {
    return Array.from(file.linesAfter(after), (line) => JSON.parse(line));
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
