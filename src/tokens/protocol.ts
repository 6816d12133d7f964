import type { EncodingName } from "./encodings.ts";

/** What the counter and its worker thread say to each other. */
export interface WorkerSettings {
  encoding: EncodingName;
}

/** `untilMs` is wall time (`Date.now()`), the one clock both threads share: past it nobody waits for the count. */
export interface CountRequest {
  id: number;
  text: string;
  untilMs: number;
}

/** `tokens` undefined: the time was up. */
export type WorkerMessage = { ready: true } | { id: number; tokens: number | undefined };
