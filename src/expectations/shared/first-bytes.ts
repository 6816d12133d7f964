import type { History } from "../../core/history.ts";
import { overAtMs } from "./retries.ts";

/** How long a call waited for its first content, or for its first byte. */
export interface Wait {
  name: string;
  ms: number;
  /** It ended, or the log did, before anything came: the wait was at least this long. */
  isOpen: boolean;
  /** When it was over. */
  atMs: number;
  events: readonly number[];
}

export function waitsAtProxy({ attempts, lastMs }: History): Wait[] {
  return attempts.flatMap((attempt): Wait[] => {
    const { call: name, headAtMs, ttftMs, ended, received } = attempt;
    const events = ended === undefined ? [received.seq] : [received.seq, ended.seq];
    if (ttftMs !== undefined) return [{ name, ms: ttftMs, isOpen: false, atMs: headAtMs + ttftMs, events }];
    // A refusal and an empty answer came to their end: there was no content to wait for.
    if (ended?.how === "complete" || (ended?.status ?? 0) >= 400 || ended?.how === "reset") return [];
    const atMs = overAtMs(attempt) ?? lastMs;
    return [{ name, ms: atMs - headAtMs, isOpen: true, atMs, events }];
  });
}

/** From when the call was due: waiting behind a slow one in an open loop is the app's doing. */
export function waitsAtFrontDoor({ frontDoorCalls }: History): Wait[] {
  return frontDoorCalls.flatMap(({ id: name, started, firstByteAtMs, ended }): Wait[] => {
    const events = ended === undefined ? [started.seq] : [started.seq, ended.seq];
    const status = ended?.status ?? 0;
    if (firstByteAtMs !== undefined && status < 400)
      return [{ name, ms: firstByteAtMs - started.due_at_ms, isOpen: false, atMs: firstByteAtMs, events }];
    if (status !== 0 || ended === undefined || (ended.how !== "deadline" && ended.how !== "given_up")) return [];
    return [{ name, ms: ended.at_ms - started.due_at_ms, isOpen: true, atMs: ended.at_ms, events }];
  });
}
