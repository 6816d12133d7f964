import type { ChaosEvent, EventBody } from "../core/event.ts";
import type { ControlInput, ControlParams, ControlResult } from "./protocol.ts";

type Answer<T> = T | Promise<T>;

/** What the control channel acts on. A UserError thrown by any of these is told to the caller; nothing else of an error is. */
export interface ControlHost {
  status(): ControlResult<"status">;
  /** Throws an InvalidFileError with all problems; then nothing has changed. */
  load(who: string, params: ControlParams<"scenario.load">): ControlResult<"scenario.load">;
  inject(fault: string | Readonly<Record<string, unknown>>, options: InjectOptions): { id: string; endsAtMs: number };
  /** False when there is no such fault. */
  remove(id: string): boolean;
  faults(): ControlResult<"fault.list">["faults"];
  setLimits(params: ControlParams<"limits.set">): ControlResult<"limits.set">;
  drainLimits(): void;
  panic(who: string): void;
  start(who: string): void;
  stop(who: string): void;
  next(who: string): void;
  mark(who: string, label: string, facts: Readonly<Record<string, unknown>> | undefined): void;
  /** Undefined: this program cannot record. */
  recording?: {
    start(params: ControlInput<"recording.start">): Answer<ControlResult<"recording.start">>;
    stop(): Answer<ControlResult<"recording.stop">>;
  };
  /** Undefined: there is no budget to set. */
  budget?: { set(caps: ControlInput<"budget.set">): Answer<ControlResult<"budget.set">> };
  attach(): ControlResult<"driver.attach">;
  /** The run's clock now. */
  nowMs(): number;
  /** Appends what a driver elsewhere saw, in this order, scrubbed. The events as stored. */
  appendFacts(events: readonly EventBody[]): readonly ChaosEvent[];
  /** The events with a higher sequence number, in order. */
  eventsSince(seq: number): readonly ChaosEvent[];
  /** Calls back for every event from now on, in order; the returned function ends it. */
  subscribe(listener: (event: ChaosEvent) => void): () => void;
  /** Shows a viewer the run's picture until the returned function is called. */
  watch(viewer: Viewer): () => void;
  /** Every fault with its parameters as JSON Schema. */
  describeFaults(): ControlResult<"faults.describe">["faults"];
  /** Appends a `command` event. Called before the command acts. `params` are as the caller wrote them: the host scrubs secrets out of them. */
  command(who: string, method: string, params: unknown): void;
}

/** Somebody who watches. */
export interface Viewer {
  /** A notification made by `viewNotification`: once for all who watch. */
  send(notification: Uint8Array): void;
  /** Sent, but not yet taken by the network. */
  unreadBytes(): number;
}

export interface InjectOptions {
  /** As written; the host checks it. */
  where: Readonly<Record<string, unknown>> | undefined;
  /** 0 to 1; undefined: always. */
  chance: number | undefined;
  ttlMs: number;
}
