import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { EventSink } from "../core/event.ts";
import type { Scrubber } from "../core/secrets.ts";
import type { PassThroughTimeouts } from "./deadlines.ts";

export interface PassThroughOptions {
  /** The only place requests go to, whatever they say. */
  target: URL;
  sink: EventSink;
  clock: Clock;
  logger: { warn(facts: object, message: string): void };
  scrubber: Scrubber;
  timeouts?: Partial<PassThroughTimeouts>;
}

/** One `passed_through` event when the exchange's end (a response or a socket) closes, however it ended. */
export function recordAtClose(
  request: IncomingMessage,
  closing: EventEmitter,
  options: PassThroughOptions & { status: () => number },
): void {
  const { sink, clock, scrubber } = options;
  const startedMs = clock.nowMs();
  const method = request.method ?? "GET";
  const path = scrubber.scrub((request.url ?? "/").split("?", 1)[0] ?? "/");
  closing.once("close", () => {
    const duration_ms = clock.nowMs() - startedMs;
    sink.append({ type: "passed_through", method, path, status: options.status(), duration_ms });
  });
}
