import type { Dialect, FrameSplitter, LlmCall } from "../../core/dialect.ts";
import { type HeaderList, headerValue } from "../../core/exchange.ts";
import { encodingOf } from "../decode.ts";
import { DecodedObserver } from "./decoded-observer.ts";
import { FramedObserver } from "./framed-observer.ts";
import { createKeptObserver } from "./kept-observer.ts";
import { NOTHING_SEEN, type Observer, type ObserverOptions } from "./observer.ts";
import { StreamObserver } from "./stream-observer.ts";
import { WholeObserver } from "./whole-observer.ts";

export function isEventStream(headers: HeaderList): boolean {
  return headerValue(headers, "content-type")?.trimStart().toLowerCase().startsWith("text/event-stream") ?? false;
}

/** What cuts a stream into frames that is no event stream; undefined when this reply is none. */
export function ownSplitter(
  { dialect, call }: { dialect: Dialect; call: LlmCall },
  headers: HeaderList,
): FrameSplitter | undefined {
  const contentType = headerValue(headers, "content-type");
  return contentType === undefined ? undefined : dialect.splitter?.(contentType, call);
}

/** The cheapest observer that sees what this reply can say. */
export function createObserver(options: ObserverOptions): Observer {
  const encoding = encodingOf(options.headers);
  if (encoding.kind === "unknown") return createBlindObserver(options.status);
  if (encoding.kind === "identity") return createPlainObserver(options);
  // Decoded, the one chunk of a body that comes again may be several.
  return new DecodedObserver(createPlainObserver({ ...options, reading: undefined }), encoding.newDecoder());
}

function createPlainObserver(options: ObserverOptions): Observer {
  if (options.status >= 400) return new WholeObserver(options);
  if (isEventStream(options.headers)) {
    return options.reading === undefined ? new StreamObserver(options) : createKeptObserver(options, options.reading);
  }
  const splitter = ownSplitter(options, options.headers);
  return splitter === undefined ? new WholeObserver(options) : new FramedObserver(options, splitter);
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
