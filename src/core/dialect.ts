import type { HeaderList, RawRequest, WireReply } from "./exchange.ts";
import type { Charge, DimensionReading, LimitRefusal, Usage } from "./limits.ts";

/** An inference call, as far as the proxy must understand it. Carries no credential and no header. */
export interface LlmCall {
  /** The wire format, e.g. `openai-chat`. */
  dialect: string;
  /** Whose wall it is, e.g. `openai`. */
  provider: string;
  model: string;
  stream: boolean;
  /** The caller asked for usage inside the stream (always true where the format has no choice). */
  usageInStream: boolean;
  tools: boolean;
  /** Tokens of the prompt, estimated from characters. */
  inputTokens: number;
  /** The most output the caller allows; undefined when it does not say. */
  maxOutputTokens: number | undefined;
  /** How many alternatives were asked for. Default 1. */
  choices: number;
  /** How a streamed reply is framed, where the format has more than one way and the path decides. Default: server-sent events. */
  framing?: "json_array";
  /** The API version that path or query name, where the provider prints it in refusals. */
  apiVersion?: string;
  /** The last message of the user, for joining a fallback with its predecessor. Hashed before it is logged. */
  lastUserText: string;
  /** The parsed request body. */
  body: Readonly<Record<string, unknown>>;
}

/** One server-sent event (or, outside SSE, one chunk) as it came. */
export interface StreamFrame {
  /** The bytes exactly as received, with the closing blank line. */
  bytes: Uint8Array;
  /** Monotonic time of arrival of its last byte, in milliseconds. */
  arrivedMs: number;
  /** `event:` field, where present. */
  event: string | undefined;
  /** Joined `data:` lines; undefined for a comment or a frame outside SSE. */
  data: string | undefined;
  /** False for what was left when the stream ended inside a frame. */
  whole: boolean;
}

/** A frame as it was cut out of a stream; when it arrived is for the reader to say. */
export type CutFrame = Omit<StreamFrame, "arrivedMs">;

/** Cuts a stream that is no server-sent events into frames, whatever the chunks. One per reply. */
export interface FrameSplitter {
  /** The frames that end in this chunk. The bytes of all frames, in order, are the bytes of all chunks; they may be views into one. */
  push(chunk: Uint8Array): readonly CutFrame[];
  /** The stream is over: what is left of an unfinished frame, with `whole: false`. */
  end(): readonly CutFrame[];
}

/** What a frame says. Facets, since one frame may carry several. */
export interface FrameMeaning {
  /** Visible text. */
  text: string;
  /** Arguments of a tool call, as far as they came in this frame. */
  toolArguments: string;
  /** Text that the user does not see but pays for (reasoning). */
  reasoning: string;
  /** Output tokens of this frame, estimated. */
  tokens: number;
  usage?: Usage;
  /** The provider's word for why it stopped. */
  finish?: string;
  /** The format's last frame, e.g. `[DONE]`. */
  terminator?: true;
  keepAlive?: true;
  error?: { code: string | undefined; type: string | undefined; message: string };
}

/** Where a stream stands, counted over what was seen of the upstream so far, this frame excluded. */
export interface StreamPosition {
  /** Now, monotonic milliseconds: differs from the frame's arrival when an earlier step waited. */
  nowMs: number;
  bytes: number;
  events: number;
  /** Estimated output tokens. */
  tokens: number;
  /** All tokens there will be, from an upstream that knows the whole reply beforehand. Undefined: nobody can know (live). */
  totalTokens?: number;
  contentSeen: boolean;
  finishSeen: boolean;
  usageSeen: boolean;
  terminatorSeen: boolean;
}

/** Which hint says how long to wait. `header` is Retry-After in seconds, `date` the same as an HTTP date. */
export type RetryHint = "header" | "ms_header" | "date" | "body";

/** The forms of an error inside a stream, where a provider has several (OpenAI's Responses). */
export type StreamErrorShape = "flat" | "nested" | "failed";

/** Something that goes wrong at a provider. A dialect says it in the provider's own words. */
export type Trouble = PlainTrouble & {
  /** For `breakStream`. Undefined: as production sends it. */
  shape?: StreamErrorShape;
};

type PlainTrouble =
  | {
      kind: "rate_limit";
      refusal: LimitRefusal;
      /** Every counted dimension, for the countdown headers; empty where none is counted. */
      readings: readonly DimensionReading[];
      /** Undefined: as that provider does. */
      hints: readonly RetryHint[] | undefined;
      /** A lie: the wait the hints announce, in milliseconds, while the counters show the refusal's own. */
      announcedMs?: number;
    }
  | { kind: "quota_exceeded"; quota: string | undefined }
  | { kind: "overloaded" | "server_error" | "bad_gateway" | "timeout"; retryAfterMs: number | undefined }
  | { kind: "bad_key" | "unknown_model" | "context_too_long" | "content_filter" | "request_too_large" }
  /** Refusals of our own: the run's budget is spent; the cassette that is replayed has no answer. */
  | { kind: "budget" | "replay_miss"; message: string };

export type TroubleKind = Trouble["kind"];

/** An answer the proxy or the stub gives itself, before it has a wire shape. */
export interface PlainReply {
  id: string;
  /** Seconds since the epoch. */
  created: number;
  /** Text in the pieces in which it is streamed; joined when it is not. */
  pieces: readonly string[];
  toolCall?: { id: string; name: string; argumentPieces: readonly string[] };
  finish: "stop" | "length" | "tool_calls";
  usage: Usage;
}

/** What a dialect may need beside the call: ids and dates are handed in, never made up inside. */
export interface ReplyContext {
  requestId: string;
  wallMs: number;
  /** A short label for the account, as providers print it (`org-…`). Never derived from the key itself. */
  organization: string;
  /** Events of the stream that went out so far, for formats that number them. Undefined: unknown. */
  streamEvents?: number;
  /** Data of the stream's first event, for formats whose later events repeat its identity: clients compare. Undefined: not seen. */
  firstData?: string | undefined;
}

/** One provider wire format. No I/O, no time, no chance. */
export interface Dialect {
  readonly id: string;
  /** JSON keys that deserve a full reading of a frame when they are present and not null; other frames after the first content are only counted. */
  readonly attention: readonly string[];
  /** What this provider sends to keep a silent stream alive. Default: an SSE comment. */
  readonly keepAlive?: Uint8Array;
  /** By path and headers alone: could this be an inference call of this format? Decides whether the body is gathered. */
  concerns(request: Pick<RawRequest, "method" | "path" | "headers">): boolean;
  /** Undefined: not mine (also when the body cannot be read as this format). */
  recognise(request: RawRequest): LlmCall | undefined;
  refuse(trouble: Trouble, call: LlmCall, context: ReplyContext): WireReply;
  /** The provider's error inside a 200; undefined when this trouble never comes that way. */
  breakStream(trouble: Trouble, call: LlmCall, context: ReplyContext): Uint8Array | undefined;
  read(frame: StreamFrame): FrameMeaning;
  /**
   * For a successful reply to this call that is a stream but no server-sent events: what cuts it into frames.
   * Undefined, or not there: the reply is whole, and each chunk of it a frame without data. Frames above the bound (default
   * 1 MiB) come in pieces.
   */
  splitter?(contentType: string, call: LlmCall, maxFrameBytes?: number): FrameSplitter | undefined;
  /** The JSON that a frame of a stream says, where that is not its data as it stands: an event inside of another. */
  unwrap?(frame: StreamFrame): string | undefined;
  /**
   * The frame with other JSON in it (in the place of what `unwrap` gives, else of its data), where a frame is not text around its
   * data. Undefined: this one cannot have any.
   */
  reframe?(frame: StreamFrame, json: string): Pick<StreamFrame, "bytes" | "data"> | undefined;
  /** A whole, unstreamed reply body. */
  readWhole(body: Uint8Array): FrameMeaning;
  charge(call: LlmCall): Charge;
  /** Countdown headers of a success. The context is for providers that tell the time of a reset instead of the wait. */
  limitHeaders(readings: readonly DimensionReading[], context: ReplyContext): HeaderList;
  /** The wait a provider's own refusal announces, in milliseconds, and the dimension it names. */
  readRefusal(status: number, headers: HeaderList, body: Uint8Array): ProviderRefusal | undefined;
  /** An answer in this shape: whole, or the frames of a stream, one Uint8Array each. */
  write(reply: PlainReply, call: LlmCall): { contentType: string; frames: readonly Uint8Array[] };
}

export interface ProviderRefusal {
  trouble: "rate_limit" | "quota_exceeded" | "overloaded";
  dimension: string | undefined;
  waitMs: number | undefined;
}

export const NO_MEANING: FrameMeaning = Object.freeze({ text: "", toolArguments: "", reasoning: "", tokens: 0 });
