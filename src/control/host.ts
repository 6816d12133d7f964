import type { ChaosEvent } from "../core/event.ts";

/** What the control channel acts on. A UserError thrown by any of these is told to the caller; nothing else of an error is. */
export interface ControlHost {
  /** Plain data for `status`. */
  status(): unknown;
  inject(fault: string | Readonly<Record<string, unknown>>, options: InjectOptions): { id: string; endsAtMs: number };
  /** False when there is no such fault. */
  remove(id: string): boolean;
  panic(who: string): void;
  start(who: string): void;
  stop(who: string): void;
  next(who: string): void;
  mark(who: string, label: string, facts: Readonly<Record<string, unknown>> | undefined): void;
  /** The events with a higher sequence number, in order. */
  eventsSince(seq: number): readonly ChaosEvent[];
  /** Calls back for every event from now on, in order; the returned function ends it. */
  subscribe(listener: (event: ChaosEvent) => void): () => void;
  /** Appends a `command` event. Called before the command acts. `params` are as the caller wrote them: the host scrubs secrets out of them. */
  command(who: string, method: string, params: unknown): void;
}

export interface InjectOptions {
  /** As written; the host checks it. */
  where: Readonly<Record<string, unknown>> | undefined;
  /** 0 to 1; undefined: always. */
  chance: number | undefined;
  ttlMs: number;
}
