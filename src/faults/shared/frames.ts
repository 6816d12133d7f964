import type { FrameMeaning, StreamFrame } from "../../core/dialect.ts";

/** A chunk of an unstreamed body. A comment has no data either, but every dialect knows it for a keep-alive. */
export function isOutsideSse(frame: StreamFrame, meaning: FrameMeaning): boolean {
  return frame.data === undefined && frame.event === undefined && meaning.keepAlive !== true;
}

/** True for a frame with which the user begins to see an answer. */
export function isContent(frame: StreamFrame, meaning: FrameMeaning): boolean {
  return meaning.tokens > 0 || isOutsideSse(frame, meaning);
}
