import { type RecordedReply, recordedBytes } from "../cassette/index.ts";
import type { Dialect, FrameMeaning, LlmCall, StreamFrame } from "../core/dialect.ts";
import { headerValue } from "../core/exchange.ts";
import { createSplitter, sseFrame } from "../sse/index.ts";

/** When an answer spoke and how much it said. */
export interface ReadAnswer {
  /** Of each frame with content, in milliseconds since the call was sent. Empty for an answer that was no stream. */
  spokenMs: readonly number[];
  /** Output tokens, counted by frames or estimated. */
  tokens: number;
  calledTool: boolean;
}

/** Reads a recorded reply frame by frame, as it came. */
export function readAnswer(reply: RecordedReply, dialect: Dialect, call: LlmCall): ReadAnswer {
  const contentType = headerValue(reply.headers, "content-type") ?? "";
  const splitter = dialect.splitter?.(contentType, call);
  if (splitter === undefined && !/^\s*text\/event-stream/i.test(contentType)) return readWhole(reply, dialect);
  const read = { spokenMs: [] as number[], tokens: 0, calledTool: false };
  const take = (frame: StreamFrame) => {
    const meaning = dialect.read(frame);
    read.tokens += meaning.tokens;
    read.calledTool ||= meaning.toolArguments !== "";
    if (speaks(meaning)) read.spokenMs.push(frame.arrivedMs);
  };
  let nowMs = 0;
  const events = createSplitter({ onFrame: (bytes, kind) => take(sseFrame(bytes, kind, nowMs)) });
  for (const chunk of reply.chunks) {
    nowMs = chunk.ms;
    const bytes = recordedBytes(chunk);
    if (splitter === undefined) events.push(bytes);
    else for (const frame of splitter.push(bytes)) take({ ...frame, arrivedMs: nowMs });
  }
  return { ...read, tokens: countedTokens(read.tokens, read.spokenMs.length) };
}

/** Up to this many estimated tokens in a frame, it is one token in truth: an estimate of a single word is too high. */
const ONE_TOKEN = 4;

/** Most providers send a token in each frame; some pack many into one. */
function countedTokens(estimated: number, frames: number): number {
  return estimated > ONE_TOKEN * frames ? estimated : frames;
}

function readWhole(reply: RecordedReply, dialect: Dialect): ReadAnswer {
  const { tokens, toolArguments } = dialect.readWhole(Buffer.concat(reply.chunks.map(recordedBytes)));
  return { spokenMs: [], tokens, calledTool: toolArguments !== "" };
}

function speaks({ text, toolArguments, reasoning }: FrameMeaning): boolean {
  return text !== "" || toolArguments !== "" || reasoning !== "";
}
