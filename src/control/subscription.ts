import type { ChaosEvent } from "../core/event.ts";
import type { ControlHost } from "./host.ts";
import type { ControlParams } from "./protocol.ts";

/** The outgoing side of one connection. */
export interface Outbox {
  /** Sends, or drops the connection when too much is unread. */
  send(message: unknown, onFlushed?: () => void): void;
  /** The same for what is text already, or the bytes of one. */
  sendText(text: string | Uint8Array): void;
  /** Bytes not yet taken by the network. */
  unreadBytes(): number;
}

/** Catching up sends no more than this ahead of the reader, so that a long log does not count as a slow reader. */
const AHEAD_BYTES = 128 * 1024;

/**
 * Sends events in order without gaps: first from the log at the reader's own pace, then live. While it catches up, live
 * events are left in the log and found there. Returns the end.
 */
export function subscribeTo(
  host: Pick<ControlHost, "eventsSince" | "subscribe">,
  outbox: Outbox,
  { since, types }: ControlParams<"events.subscribe">,
): () => void {
  const wanted = types === undefined ? undefined : new Set<string>(types);
  let lastSeq = since ?? Number.POSITIVE_INFINITY;
  let live = since === undefined;
  let ended = false;
  let backlog: Iterator<ChaosEvent> | undefined;

  function notify(event: ChaosEvent, onFlushed?: () => void): boolean {
    lastSeq = event.seq;
    if (wanted !== undefined && !wanted.has(event.type)) return false;
    outbox.send({ jsonrpc: "2.0", method: "event", params: event }, onFlushed);
    return true;
  }

  /** The next stretch of the log. Comes back when the last of it has left. */
  function catchUp(): void {
    while (!ended && !live) {
      backlog ??= host.eventsSince(lastSeq)[Symbol.iterator]();
      const next = backlog.next();
      if (next.done) {
        backlog = undefined;
        live = host.eventsSince(lastSeq).length === 0;
      } else if (outbox.unreadBytes() > AHEAD_BYTES) {
        if (notify(next.value, catchUp)) return;
      } else notify(next.value);
    }
  }

  const unsubscribe = host.subscribe((event) => {
    if (live && !ended) notify(event);
  });
  catchUp();
  return () => {
    ended = true;
    unsubscribe();
  };
}
