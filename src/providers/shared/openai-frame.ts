import { type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";
import { isComment } from "./comment.ts";
import { type JsonRecord, parseRecord } from "./json.ts";

const encoder = new TextEncoder();

export const DONE: Uint8Array = encoder.encode("data: [DONE]\n\n");

/** One frame of an event stream in OpenAI's manner. What cannot be read means nothing; it never throws. */
export function readDataFrame(frame: StreamFrame, meaningOf: (chunk: JsonRecord) => FrameMeaning): FrameMeaning {
  if (frame.data === undefined) return isComment(frame.bytes) ? { ...NO_MEANING, keepAlive: true } : NO_MEANING;
  // openai-node takes whatever starts so for the end.
  if (frame.data.startsWith("[DONE]")) return { ...NO_MEANING, terminator: true };
  const chunk = parseRecord(frame.data);
  return chunk === undefined ? NO_MEANING : meaningOf(chunk);
}

export function dataFrame(value: unknown): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(value)}\n\n`);
}

/** An error inside a stream, and the end behind it. */
export function errorAndDone(value: unknown): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(value)}\n\ndata: [DONE]\n\n`);
}

/** With a name for those who read names; OpenAI repeats it as the data's `type`. */
export function namedFrame(name: string, value: unknown): Uint8Array {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(value)}\n\n`);
}

/** An unstreamed body, indented as the platform sends it. */
export function wholeBody(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value, null, 2));
}
