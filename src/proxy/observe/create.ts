import { type HeaderList, headerValue } from "../../core/exchange.ts";
import { encodingOf } from "../decode.ts";
import { DecodedObserver } from "./decoded-observer.ts";
import { NOTHING_SEEN, type Observer, type ObserverOptions } from "./observer.ts";
import { StreamObserver } from "./stream-observer.ts";
import { WholeObserver } from "./whole-observer.ts";

export function isEventStream(headers: HeaderList): boolean {
  return headerValue(headers, "content-type")?.trimStart().toLowerCase().startsWith("text/event-stream") ?? false;
}

/** The cheapest observer that sees what this reply can say. */
export function createObserver(options: ObserverOptions): Observer {
  const encoding = encodingOf(options.headers);
  if (encoding.kind === "unknown") return createBlindObserver(options.status);
  const streamed = options.status < 400 && isEventStream(options.headers);
  const plain = streamed ? new StreamObserver(options) : new WholeObserver(options);
  return encoding.kind === "coded" ? new DecodedObserver(plain, encoding.newDecoder()) : plain;
}

/** For a coding that nobody here can read. */
function createBlindObserver(status: number): Observer {
  return {
    events: 0,
    tokens: 0,
    data() {},
    end: (complete, done) => done({ ...NOTHING_SEEN, finish: complete && status < 400 }),
  };
}
