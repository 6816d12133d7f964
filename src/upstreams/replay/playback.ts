import { type RecordedExchange, type RecordedReply, recordedBytes } from "../../cassette/index.ts";
import type { KeptReading } from "../../core/body-reading.ts";
import type { Dialect, LlmCall } from "../../core/dialect.ts";
import { type HeaderList, withoutHeaders } from "../../core/exchange.ts";
import { UpstreamFailure } from "../../core/upstream.ts";
import type { PacedFrame } from "../paced-body.ts";
import { meaningsIn } from "../read-reply.ts";

/** A recording, made ready to be played any number of times. */
export interface Playback {
  id: string;
  /** Undefined: no head of a reply came; the failure is what came of the call. */
  reply: PlaybackReply | undefined;
  /** Milliseconds from the call to the reply's head, or to the failure. */
  waitMs: number;
  /** Undefined: the reply came whole. */
  failure: UpstreamFailure | undefined;
  /** Roughly what it holds of memory: 10,000 answers of 5 KB held 60 MB. */
  bytes: number;
}

export interface PlaybackReply {
  status: number;
  statusText: string;
  headers: HeaderList;
  frames: readonly PacedFrame[];
  /** Milliseconds from the last chunk to the end. */
  endGapMs: number;
  /** Where everything comes at once: what was found in it when it was played first. */
  reading: KeptReading | undefined;
}

/** `speed`: how many times as fast as recorded; Infinity: everything at once, in one piece. */
export function playbackOf(exchange: RecordedExchange, speed: number): Playback {
  const { reply, end, id } = exchange;
  const failure = end.how === "complete" ? undefined : failureOf(exchange);
  if (reply === null) return { id, reply: undefined, waitMs: end.ms / speed, failure, bytes: 1_000 };
  let atMs = reply.headers_ms;
  const gapTo = (ms: number) => {
    const gapMs = Math.max(0, ms - atMs) / speed;
    atMs = Math.max(atMs, ms);
    return gapMs;
  };
  const frames =
    speed === Number.POSITIVE_INFINITY
      ? [{ bytes: inOnePiece(reply), gapMs: 0 }]
      : reply.chunks.map((chunk) => ({ bytes: recordedBytes(chunk), gapMs: gapTo(chunk.ms) }));
  const size = frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const endGapMs = gapTo(end.ms);
  const reading = speed === Number.POSITIVE_INFINITY ? { whole: undefined } : undefined;
  const headers = headersOf(reply, failure === undefined ? size : undefined);
  return {
    id,
    reply: { status: reply.status, statusText: reply.status_text, headers, frames, endGapMs, reading },
    waitMs: reply.headers_ms / speed,
    failure,
    bytes: size + 200 * frames.length + 1_000,
  };
}

/** Texts joined as texts: nobody needs a buffer for each chunk here. */
function inOnePiece({ chunks }: RecordedReply): Buffer {
  let text = "";
  for (const chunk of chunks) {
    if (!("text" in chunk)) return Buffer.concat(chunks.map(recordedBytes));
    text += chunk.text;
  }
  return Buffer.from(text, "utf8");
}

/** What a secret was taken out of has another length than was announced. */
function headersOf({ headers }: RecordedReply, size: number | undefined): HeaderList {
  const rest = withoutHeaders(headers, LENGTH);
  if (size === undefined || rest.length === headers.length) return headers;
  return [...rest, "content-length", String(size)];
}

const LENGTH = new Set(["content-length"]);

function failureOf({ end, reply }: RecordedExchange): UpstreamFailure {
  if (end.how === "client_left") {
    return new UpstreamFailure("RECORDING_ENDS", "body", "the recording ends here: its caller had left");
  }
  const stage = end.stage ?? (reply === null ? "connect" : "body");
  const code = end.code ?? "ECONNRESET";
  return new UpstreamFailure(code, stage, `as recorded: ${code}`);
}

/** All output tokens of a reply, estimated as a reader of its frames would. */
export function tokensOf({ headers, frames, status }: PlaybackReply, dialect: Dialect, call: LlmCall): number {
  const chunks = frames.map(({ bytes }) => bytes);
  let tokens = 0;
  for (const meaning of meaningsIn({ dialect, call, status, headers, chunks })) tokens += meaning.tokens;
  return tokens;
}
