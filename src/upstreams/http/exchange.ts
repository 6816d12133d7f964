import type { Dispatcher } from "undici";
import type { Clock } from "../../core/clock.ts";
import type { BodyReader, ReplyBody, UpstreamReply } from "../../core/upstream.ts";
import { UpstreamFailure } from "../../core/upstream.ts";
import { failureOf } from "./failure.ts";

/** Milliseconds; 0 is off. */
export interface BodyClocks {
  /** From the sent request to the reply's status line. Default 0. */
  firstByteMs: number;
  /** Silence inside a body. Default 0. Does not run while the body is paused by us. */
  betweenChunksMs: number;
}

export interface ExchangeOptions {
  host: string;
  clock: Clock;
  clocks: BodyClocks;
  signal: AbortSignal;
  resolve(reply: UpstreamReply): void;
  reject(failure: UpstreamFailure): void;
}

/** Bytes that may wait for a reader that has not started yet. */
const EARLY_BYTES = 64 * 1024;

type Controller = Dispatcher.DispatchController;

/** One request and its reply: undici's callbacks on one side, our ReplyBody on the other. The order is guarded: nothing after end or fail. */
export class HttpExchange implements Dispatcher.DispatchHandler, ReplyBody {
  over = false;
  readonly #options: ExchangeOptions;
  #controller: Controller | undefined;
  #stage: "connect" | "headers" | "body" = "connect";
  #reader: BodyReader | undefined;
  /** What came before `start`. */
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #ending: (() => void) | undefined;
  #paused = false;
  #lastByteMs = 0;
  #stopClock: (() => void) | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    if (options.signal.aborted) this.#onAbort();
    else options.signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  // --- undici's side

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.over) {
      controller.abort(new Error("ended"));
      return;
    }
    this.#stage = "headers";
    this.#watch(this.#options.clocks.firstByteMs);
  }

  onResponseStart(
    controller: Controller,
    status: number,
    ...rest: [parsedHeaders: unknown, statusText?: string]
  ): void {
    // 103 and its like are for the connection's own end; the final head follows.
    if (this.over || status < 200) return;
    this.#stage = "body";
    this.#watch(this.#options.clocks.betweenChunksMs);
    this.#options.resolve({
      status,
      statusText: rest[1] ?? "",
      headers: flatHeaders(controller.rawHeaders),
      body: this,
    });
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.over) return;
    this.#touch();
    if (this.#reader !== undefined) {
      this.#reader.data(chunk);
      return;
    }
    this.#early.push(chunk);
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes > EARLY_BYTES) controller.pause();
  }

  onResponseEnd(controller: Controller): void {
    if (this.over) return;
    const trailers = flatHeaders(controller.rawTrailers);
    this.#finish(() => this.#reader?.end(trailers));
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.#fail(failureOf(error, this.#stage, this.#options.host));
  }

  // --- ReplyBody

  start(reader: BodyReader): void {
    this.#reader = reader;
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) reader.data(chunk);
    if (this.#ending !== undefined) this.#ending();
    else if (this.#earlyBytes > EARLY_BYTES && !this.#paused) this.#controller?.resume();
  }

  pause(): void {
    this.#paused = true;
    if (!this.over) this.#controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#touch();
    if (!this.over) this.#controller?.resume();
  }

  // --- ends

  readonly #onAbort = (): void => {
    this.#fail(new UpstreamFailure("ABORTED", this.#stage, "the call was ended before its reply was whole"));
  };

  #fail(failure: UpstreamFailure): void {
    if (this.over) return;
    if (this.#stage === "body") this.#finish(() => this.#reader?.fail(failure));
    else {
      this.#finish(() => {});
      this.#options.reject(failure);
    }
    this.#controller?.abort(failure);
  }

  #finish(tell: () => void): void {
    this.over = true;
    this.#stopClock?.();
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    if (this.#reader === undefined) this.#ending = tell;
    else tell();
  }

  // --- our clocks

  #touch(): void {
    if (this.#stopClock !== undefined) this.#lastByteMs = this.#options.clock.nowMs();
  }

  /** One timer at a time, set again for what is left: a timer per chunk would cost more than the chunk. */
  #watch(limitMs: number): void {
    this.#stopClock?.();
    this.#stopClock = undefined;
    if (limitMs <= 0) return;
    const { clock } = this.#options;
    this.#lastByteMs = clock.nowMs();
    const check = () => {
      const leftMs = this.#paused ? limitMs : this.#lastByteMs + limitMs - clock.nowMs();
      if (leftMs > 0) this.#stopClock = clock.after(leftMs, check);
      else
        this.#fail(new UpstreamFailure("TIMEOUT", this.#stage, `no byte from ${this.#options.host} for ${limitMs} ms`));
    };
    this.#stopClock = clock.after(limitMs, check);
  }
}

/** undici keeps the wire's case, order and duplicates in its raw lists: buffers in latin1. */
function flatHeaders(raw: Controller["rawHeaders"]): string[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((part) => (typeof part === "string" ? part : part.toString("latin1")));
}
