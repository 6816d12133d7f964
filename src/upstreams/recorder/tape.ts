import type { Clock } from "../../core/clock.ts";
import type { HeaderList } from "../../core/exchange.ts";
import {
  type BodyReader,
  type ReplyBody,
  UpstreamFailure,
  type UpstreamReply,
  type UpstreamRequest,
} from "../../core/upstream.ts";

export interface TapeHead {
  status: number;
  statusText: string;
  headers: HeaderList;
  atMs: number;
}

export interface TapeEnd {
  how: "complete" | "cut" | "failed" | "client_left";
  atMs: number;
  failure: UpstreamFailure | undefined;
}

export interface TapeOptions {
  request: UpstreamRequest;
  signal: AbortSignal;
  clock: Clock;
  /** Before bytes are kept; false: there is no room, and this tape is given up. */
  takes(bytes: number): boolean;
  /** Once, when there is nothing more to come. Not for a tape that was given up. */
  onEnd(tape: Tape): void;
}

/**
 * What one call leaves. It stands between the upstream's body and its reader and passes everything on as it comes, at once;
 * what it keeps are references to the chunks that go by, and their times.
 */
export class Tape implements BodyReader, ReplyBody {
  readonly request: UpstreamRequest;
  readonly sentAtWallMs: number;
  /** Milliseconds since the call was sent, one for each chunk. */
  readonly times: number[] = [];
  chunks: Uint8Array[] = [];
  /** What is held: of request and chunks together. */
  bytes = 0;
  head: TapeHead | undefined;
  ending: TapeEnd | undefined;
  /** There was no room for all of it. */
  givenUp = false;
  readonly #options: TapeOptions;
  readonly #startedMs: number;
  #body: ReplyBody | undefined;
  #reader: BodyReader | undefined;

  constructor(options: TapeOptions) {
    this.#options = options;
    this.request = options.request;
    this.#startedMs = options.clock.nowMs();
    this.sentAtWallMs = options.clock.wallMs();
    const { byteLength } = options.request.body;
    if (options.takes(byteLength)) this.bytes = byteLength;
    else this.givenUp = true;
  }

  /** The reply, with this tape in front of its body. */
  follow(reply: UpstreamReply): UpstreamReply {
    const { status, statusText, headers } = reply;
    this.head = { status, statusText, headers, atMs: this.#sinceStart() };
    this.#body = reply.body;
    // A caller that leaves before it has read anything starts no body, and is told nothing by it.
    this.#options.signal.addEventListener("abort", this.#onAbort, { once: true });
    return { ...reply, body: this };
  }

  /** There was no head of a reply. */
  failed(error: unknown): void {
    this.#finish(this.#left() ? "client_left" : "failed", asFailure(error));
  }

  // --- ReplyBody

  start(reader: BodyReader): void {
    this.#reader = reader;
    this.#body?.start(this);
  }

  pause(): void {
    this.#body?.pause();
  }

  resume(): void {
    this.#body?.resume();
  }

  // --- BodyReader

  data(chunk: Uint8Array): void {
    this.#keep(chunk);
    this.#reader?.data(chunk);
  }

  end(trailers: HeaderList): void {
    this.#finish("complete", undefined);
    this.#reader?.end(trailers);
  }

  fail(failure: UpstreamFailure): void {
    this.#finish(this.#left() ? "client_left" : "cut", failure);
    this.#reader?.fail(failure);
  }

  // ---

  #keep(chunk: Uint8Array): void {
    if (this.givenUp || this.ending !== undefined) return;
    if (!this.#options.takes(chunk.byteLength)) {
      this.givenUp = true;
      this.chunks = [];
      return;
    }
    this.bytes += chunk.byteLength;
    this.chunks.push(chunk);
    this.times.push(this.#sinceStart());
  }

  #left(): boolean {
    return this.#options.signal.aborted;
  }

  readonly #onAbort = (): void => {
    this.#finish("client_left", undefined);
  };

  #finish(how: TapeEnd["how"], failure: UpstreamFailure | undefined): void {
    if (this.ending !== undefined) return;
    this.ending = { how, atMs: this.#sinceStart(), failure };
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.#options.onEnd(this);
  }

  #sinceStart(): number {
    return this.#options.clock.nowMs() - this.#startedMs;
  }
}

function asFailure(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  return new UpstreamFailure("INTERNAL", "connect", "the upstream could not be asked");
}
