import type { Dialect, LlmCall, StreamFrame } from "../../core/dialect.ts";
import { type HeaderList, headerValue } from "../../core/exchange.ts";
import { createSplitter, sseFrame } from "../../sse/index.ts";
import type { ReplyFrame } from "./rewrite-frames.ts";

/** A reply cut into what it is made of: events of a stream, or one whole body. */
export function framesOf(
  chunks: readonly Uint8Array[],
  { dialect, call, headers }: { dialect: Dialect; call: LlmCall; headers: HeaderList },
): ReplyFrame[] {
  const contentType = headerValue(headers, "content-type") ?? "";
  // Nothing is held back from a recording: the whole of it is in memory already.
  const splitter = dialect.splitter?.(contentType, call, Number.POSITIVE_INFINITY);
  if (splitter !== undefined) {
    const cut = chunks.flatMap((chunk, i) => splitter.push(chunk).map((frame) => ({ frame, chunk: i })));
    const rest = splitter.end().map((frame) => ({ frame, chunk: chunks.length - 1 }));
    return [...cut, ...rest].map(({ frame, chunk }) => ownFrame({ ...frame, arrivedMs: 0 }, chunk, dialect));
  }
  if (contentType.trimStart().toLowerCase().startsWith("text/event-stream")) return eventsOf(chunks);
  const bytes = Buffer.concat(chunks);
  const json = bytes.toString("utf8");
  return [{ bytes, chunk: chunks.length - 1, json, torn: isTorn(json), withJson: (text) => Buffer.from(text) }];
}

function eventsOf(chunks: readonly Uint8Array[]): ReplyFrame[] {
  const frames: ReplyFrame[] = [];
  let chunk = 0;
  const splitter = createSplitter({
    maxFrameBytes: Number.POSITIVE_INFINITY,
    onFrame(bytes, kind) {
      const { data } = sseFrame(bytes, kind, 0);
      const own = Uint8Array.from(bytes);
      const torn = data !== undefined && isTorn(data);
      frames.push({ bytes: own, chunk, json: data, torn, withJson: (json) => withData(own, json) });
    },
  });
  for (const [i, bytes] of chunks.entries()) {
    chunk = i;
    splitter.push(bytes);
  }
  splitter.end();
  return frames;
}

const DATA_LINE = /^data:.*(?:\r\n|\n|\r|$)/gm;

/** All its data in one line, in the place of the first; everything else as it stands. */
function withData(bytes: Uint8Array, json: string): Uint8Array {
  let first = true;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const changed = text.replace(DATA_LINE, (line) => {
    const written = first ? `data: ${json}${/(?:\r\n|\n|\r)$/.exec(line)?.[0] ?? ""}` : "";
    first = false;
    return written;
  });
  return Buffer.from(changed);
}

function ownFrame(frame: StreamFrame, chunk: number, dialect: Dialect): ReplyFrame {
  const json = dialect.unwrap?.(frame) ?? frame.data;
  const withJson = (changed: string) => {
    const reframed = dialect.reframe?.(frame, changed);
    if (reframed !== undefined) return reframed.bytes;
    // Text around its data, as an element of an array with what stands before it.
    return Buffer.from(
      Buffer.from(frame.bytes)
        .toString("utf8")
        .replace(json ?? "", () => changed),
    );
  };
  const torn = json === undefined ? !isBlank(frame.bytes) : isTorn(json);
  return { bytes: Uint8Array.from(frame.bytes), chunk, json, torn, withJson };
}

/** What begins as JSON and is none. Pages, words and the signs at the end of a stream are whole as they are. */
function isTorn(text: string): boolean {
  if (!/^[\uFEFF\s]*[{[]/.test(text) || text.trim() === "[DONE]") return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").trim() === "";
}
