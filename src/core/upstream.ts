import type { KeptReading } from "./body-reading.ts";
import type { LlmCall } from "./dialect.ts";
import type { HeaderList, RawRequest } from "./exchange.ts";

/** Only live ones cost money. */
export type UpstreamKind = "live" | "stub" | "replay";

/** What goes upstream: the client's request with hop-by-hop headers removed, body unchanged. */
export interface UpstreamRequest extends RawRequest {
  call: LlmCall;
  /** The attempt's id (`c1`), for upstreams that have something to tell of it. Undefined: nobody will ask. */
  id?: string;
}

/** Receives a reply's body. After `end` or `fail` nothing follows. Return values do not matter; use pause and resume. */
export interface BodyReader {
  data(chunk: Uint8Array): void;
  end(trailers: HeaderList): void;
  /** The body broke off. Everything that arrived before was handed to `data`. */
  fail(error: UpstreamFailure): void;
}

/** A body that pushes. Chosen over async iteration because a promise per chunk costs a measurable share of the relay's rate. */
export interface ReplyBody {
  /** Called once. Bytes that arrived earlier are delivered from within or after this call, in order. */
  start(reader: BodyReader): void;
  pause(): void;
  resume(): void;
}

export interface UpstreamReply {
  status: number;
  statusText: string;
  headers: HeaderList;
  body: ReplyBody;
  /** All output tokens, estimated as its frames are where it streams: from an upstream that knows the whole before it sends. */
  totalTokens?: number | undefined;
  /** For a body that comes in one chunk, with the same bytes each time the call is answered so. */
  reading?: KeptReading | undefined;
}

/**
 * Stub, replay, recorder and the network are all this shape. Rejects with an UpstreamFailure when no head of a reply came.
 * When the signal aborts, the upstream call is ended at once.
 */
export type Upstream = (request: UpstreamRequest, signal: AbortSignal) => Promise<UpstreamReply>;

/** Why there is no (whole) reply. `message` is safe to show and log: no header, no key, no body. */
export class UpstreamFailure extends Error {
  /** ECONNREFUSED, ENOTFOUND, ECONNRESET, UND_ERR_SOCKET, TIMEOUT …, as the network named it. */
  readonly code: string;
  readonly stage: "connect" | "headers" | "body";

  constructor(code: string, stage: "connect" | "headers" | "body", message: string) {
    super(message);
    this.name = "UpstreamFailure";
    this.code = code;
    this.stage = stage;
  }
}
