import type { ServerResponse } from "node:http";
import type { KeptReading } from "../core/body-reading.ts";
import type { Dialect, LlmCall, ReplyContext } from "../core/dialect.ts";
import type { HeaderList, RawRequest } from "../core/exchange.ts";
import type { Admission, Charge } from "../core/limits.ts";
import type { Placement } from "../core/mix.ts";
import type { CallBill } from "./bill.ts";
import { ClientSide, type Ending } from "./client-side.ts";
import { callReceived, pathOnly } from "./facts.ts";
import { credentialOf } from "./headers.ts";
import {
  createObserver,
  isEventStream,
  NOTHING_SEEN,
  type Observer,
  ownSplitter,
  type ReplySummary,
} from "./observe/index.ts";
import type { Shared } from "./shared.ts";

/** A recognised call, as it came in. */
export interface Arrival {
  request: RawRequest;
  response: ServerResponse;
  dialect: Dialect;
  call: LlmCall;
  headAtMs: number;
}

/** As the finished history says it: some clients close the connection at the terminator, and had everything. */
function delivered(status: number, how: Ending, { finish, errorInStream }: ReplySummary): boolean {
  const sawTheEnd = how === "complete" || how === "client_left";
  return status >= 200 && status < 300 && sawTheEnd && finish && !errorInStream;
}

const OVER = "the exchange is over";

type Admitted = Extract<Admission, { admitted: true }>;

/** One call and its reply: what every step needs to know, and the only writer of the events at its ends. */
export class Exchange {
  readonly id: string;
  readonly request: RawRequest;
  readonly dialect: Dialect;
  readonly call: LlmCall;
  readonly charge: Charge;
  readonly keyHash: string;
  readonly joins: { identity?: string | undefined; retry_count?: number | undefined };
  readonly client: ClientSide;
  readonly shared: Shared;
  /** Set when a limiter let the call in. */
  admission: Admitted | undefined;
  /** Set when an upstream is asked that is known to cost something, or would if it were live. */
  bill: CallBill | undefined;
  /** Set when a mix chose between the live upstream and its stand-in. */
  placement: Placement | undefined;
  /** Set when the reply's bytes may have been read before, and are sent as they are. */
  reading: KeptReading | undefined;
  /** The refusal was ours and is told already; only the provider's own are told at the end. */
  refusedHere = false;
  /** Arrival of the request head, monotonic milliseconds. */
  readonly headAtMs: number;
  readonly #upstream = new AbortController();
  #upstreamOver = false;
  /** Made when somebody asks: most calls hold nothing. */
  #ended: AbortController | undefined;
  #observer: Observer | undefined;
  readonly #leave: () => void;

  constructor(arrival: Arrival, shared: Shared) {
    const { request, response, dialect, call, headAtMs } = arrival;
    const { options } = shared;
    this.shared = shared;
    this.id = shared.nextId();
    this.request = request;
    this.dialect = dialect;
    this.call = call;
    this.charge = dialect.charge(call);
    this.keyHash = shared.keyHashOf(credentialOf(request.headers, request.path));
    this.headAtMs = headAtMs;
    const told = callReceived({ ...this.#told(), headAtMs }, options.hasher);
    told.path = options.scrubber.scrub(told.path);
    this.joins = told.joins;
    options.sink.append(told);
    const onSent = (bytes: Uint8Array) => this.#observer?.data(bytes);
    this.client = new ClientSide({ response, clock: options.clock, onClose: (how) => this.#close(how), onSent });
    this.#leave = shared.running.add(this);
  }

  /** Aborts when the upstream call is not needed any more. */
  get upstreamSignal(): AbortSignal {
    return this.#upstream.signal;
  }

  get upstreamEnded(): boolean {
    return this.#upstream.signal.aborted;
  }

  endUpstream(): void {
    this.#upstream.abort(OVER);
  }

  /** The upstream's reply came to its own end: there is nothing to abort any more. */
  upstreamIsOver(): void {
    this.#upstreamOver = true;
  }

  /** Aborts when the client's side is over; ends every hold of this exchange. */
  get ended(): AbortSignal {
    this.#ended ??= new AbortController();
    if (this.client.over) this.#ended.abort(OVER);
    return this.#ended.signal;
  }

  /** Output tokens that went out so far, estimated. */
  get producedTokens(): number {
    return this.#observer?.tokens ?? 0;
  }

  replyContext(): ReplyContext {
    const { options, organization, requestIdOf } = this.shared;
    return { requestId: requestIdOf(this.id), wallMs: options.clock.wallMs(), organization };
  }

  /** Writes the head of the reply and begins to read along. Throws when Node refuses the head. */
  head(status: number, statusText: string | undefined, headers: HeaderList): void {
    const { clock, sink } = this.shared.options;
    this.client.head(status, statusText, headers);
    const streamed = isEventStream(headers) || ownSplitter(this, headers) !== undefined;
    this.#observer = createObserver({
      dialect: this.dialect,
      call: this.call,
      status,
      headers,
      reading: this.reading,
      onFirstContent: () => {
        const at = streamed ? clock.nowMs() : this.client.firstByteMs;
        sink.append({ type: "first_content", call: this.id, ttft_ms: Math.max(0, at - this.headAtMs) });
      },
      onFinish: (finish) => sink.append({ type: "finish_seen", call: this.id, finish }),
    });
  }

  #told() {
    const { id, request, dialect, call, charge, keyHash } = this;
    return { id, request, dialect, call, charge, keyHash };
  }

  #close(how: Ending): void {
    // A reason of our own: the default one is an exception with a stack trace, made for every call.
    if (how !== "complete" || !this.#upstreamOver) this.#upstream.abort(OVER);
    this.#ended?.abort(OVER);
    const tell = (summary: ReplySummary) => this.#tellEnd(how, summary);
    if (this.#observer === undefined) tell(NOTHING_SEEN);
    else this.#observer.end(how === "complete", tell);
  }

  #tellEnd(how: Ending, summary: ReplySummary): void {
    const { sink, hasher } = this.shared.options;
    const { id, client } = this;
    // The usage of a reply without its finish is not the last word: some formats send a first one with the first frame.
    this.admission?.settle({ usage: summary.finish ? summary.usage : undefined, seenOutputTokens: summary.tokens });
    if (how === "client_left") sink.append({ type: "client_left", call: id, bytes: client.bytes });
    this.#tellUsage(summary);
    this.bill?.settle(summary);
    this.placement?.ended(delivered(client.status, how, summary));
    this.#tellRefusal(summary);
    sink.append({
      type: "reply_ended",
      call: id,
      status: client.status,
      how,
      last_byte_at_ms: client.lastByteMs,
      bytes: client.bytes,
      events: summary.events,
      tokens: summary.tokens,
      finish: summary.finish,
      error_in_stream: summary.errorInStream,
      ...(summary.textTail === undefined
        ? {}
        : { text_tail: hasher(summary.textTail), text_length: summary.textLength }),
      ...(summary.tailOf === undefined ? {} : { tail_of: summary.tailOf }),
    });
    this.#log(how);
    this.#leave();
  }

  #tellUsage({ usage }: ReplySummary): void {
    if (usage === undefined) return;
    this.shared.options.sink.append({
      type: "usage_seen",
      call: this.id,
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      ...(usage.cachedTokens === undefined ? {} : { cached_tokens: usage.cachedTokens }),
    });
  }

  #tellRefusal({ refusal }: ReplySummary): void {
    if (refusal === undefined || this.refusedHere) return;
    this.shared.options.sink.append({
      type: "call_refused",
      call: this.id,
      origin: "provider",
      trouble: refusal.trouble,
      status: this.client.status,
      ...(refusal.dimension === undefined ? {} : { dimension: refusal.dimension }),
      ...(refusal.waitMs === undefined ? {} : { announced_ms: refusal.waitMs }),
      synthetic: false,
    });
  }

  #log(how: Ending): void {
    const { logger, scrubber, clock } = this.shared.options;
    const { client, request, call } = this;
    const ms = Math.round((clock.nowMs() - this.headAtMs) * 10) / 10;
    const path = scrubber.scrub(pathOnly(request.path));
    logger.info(
      { call: this.id, method: request.method, path, model: call.model, status: client.status, how, ms },
      "call",
    );
  }
}
