import type { Dialect, StreamFrame } from "../../core/dialect.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Around the data of a frame that is no text: lengths and checksums, which would be wrong for other data. */
const BINARY = /[^\t\n\r\x20-\x7e\u00a0-\ufefe\ufeff]/;

export type EventFrame = StreamFrame & { data: string };
type Rewritten = Pick<StreamFrame, "bytes" | "data">;

/** The JSON that a frame says. */
export function jsonOf(dialect: Dialect, frame: EventFrame): string {
  return dialect.unwrap?.(frame) ?? frame.data;
}

/** The frame with other JSON. Undefined where that cannot be put into it. */
export function withJson(dialect: Dialect, frame: EventFrame, json: string): Rewritten | undefined {
  if (dialect.reframe !== undefined) return dialect.reframe(frame, json);
  const bytes = withData(frame, json);
  return bytes && { bytes, data: json };
}

/** The frame with other data, everything around it kept. Undefined when its data does not stand in it in one piece, or its frame is binary. */
function withData(frame: EventFrame, data: string): Uint8Array | undefined {
  const text = decoder.decode(frame.bytes);
  // From behind: the name of an event may be the same word.
  const start = frame.data === "" ? -1 : text.lastIndexOf(frame.data);
  if (start < 0) return undefined;
  const [before, after] = [text.slice(0, start), text.slice(start + frame.data.length)];
  return BINARY.test(before + after) ? undefined : encoder.encode(before + data + after);
}

/** The first element of a streamed array carries the bracket that opens it: without it nothing behind can be read. */
export function opensArray(frame: StreamFrame): boolean {
  return decoder.decode(frame.bytes.subarray(0, 16)).trimStart().startsWith("[");
}

export function asArrayElement(data: string): Uint8Array {
  return encoder.encode(`,\r\n${data}`);
}
