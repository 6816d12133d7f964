import { type Dialect, type FrameMeaning, type LlmCall, NO_MEANING, type StreamFrame } from "../core/dialect.ts";
import { type HeaderList, headerValue } from "../core/exchange.ts";
import type { Usage } from "../core/limits.ts";
import { mergeUsage } from "../core/usage.ts";
import { createSplitter, sseFrame } from "../sse/index.ts";

export interface ReplyToRead {
  dialect: Dialect;
  call: LlmCall;
  status: number;
  headers: HeaderList;
  chunks: readonly Uint8Array[];
}

/** The usage that a reply tells; undefined when it tells none. */
export function usageIn(reply: ReplyToRead): Usage | undefined {
  if (reply.status >= 400) return undefined;
  let usage: Usage | undefined;
  const add = (meaning: FrameMeaning) => {
    if (meaning.usage !== undefined) usage = mergeUsage(usage, meaning.usage);
  };
  for (const meaning of meaningsIn(reply, mentionsUsage)) add(meaning);
  return usage;
}

/** What the frames of a reply say, one after another; of a whole reply, what it says at once. */
export function* meaningsIn(
  { dialect, call, headers, chunks }: ReplyToRead,
  worthReading: (bytes: Uint8Array) => boolean = () => true,
): Generator<FrameMeaning> {
  const contentType = headerValue(headers, "content-type") ?? "";
  const splitter = dialect.splitter?.(contentType, call);
  if (splitter !== undefined) {
    const frames = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
    for (const frame of frames) yield meaningOf(dialect, { ...frame, arrivedMs: 0 });
  } else if (contentType.trimStart().toLowerCase().startsWith("text/event-stream")) {
    for (const bytes of framesOf(chunks)) {
      if (worthReading(bytes)) yield meaningOf(dialect, sseFrame(bytes, "whole", 0));
    }
  } else {
    yield wholeMeaning(dialect, Buffer.concat(chunks));
  }
}

/** Most frames of a stream tell none; reading them all would cost as much as the relay. */
function mentionsUsage(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes("sage");
}

function framesOf(chunks: readonly Uint8Array[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const splitter = createSplitter({
    onFrame: (bytes, kind) => {
      if (kind === "whole" || kind === "rest") frames.push(bytes);
    },
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return frames;
}

function meaningOf(dialect: Dialect, frame: StreamFrame): FrameMeaning {
  try {
    return dialect.read(frame);
  } catch {
    return NO_MEANING;
  }
}

function wholeMeaning(dialect: Dialect, body: Uint8Array): FrameMeaning {
  try {
    return dialect.readWhole(body);
  } catch {
    return NO_MEANING;
  }
}
