import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { StreamFrame } from "../core/dialect.ts";
import type { FrameKind } from "./splitter.ts";

let message: EventSourceMessage | undefined;
/** One for all frames: every frame is read from a fresh state, at once, so there is nothing to share between streams. */
const parser = createParser({
  onEvent(event) {
    message = event;
  },
});

/** A BOM may stand in front of a frame, and a cut CRLF may have left its LF in front of that. */
const FRAME_START = /^[\r\n]*\uFEFF?/;

/** The `event` and `data` of one frame's bytes. A frame that was cut short is read as if its blank line had come. */
export function readEvent(bytes: Uint8Array, whole: boolean): { event: string | undefined; data: string | undefined } {
  message = undefined;
  parser.reset();
  // Buffer, not TextDecoder: a cut may leave half a character, and a decoder would eat a BOM in every frame.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").replace(FRAME_START, "");
  parser.feed(whole ? text : `${text}\n\n`);
  const found = message as EventSourceMessage | undefined;
  return { event: found?.event, data: found?.data };
}

/** A frame of a server-sent event stream, read. One above the splitter's bound comes in pieces and stays without data. */
export function sseFrame(bytes: Uint8Array, kind: FrameKind, arrivedMs: number): StreamFrame {
  const whole = kind === "whole";
  if (!whole && kind !== "rest") return { ...plainFrame(bytes, arrivedMs), whole: kind === "last_piece" };
  const { event, data } = readEvent(bytes, whole);
  return { bytes, arrivedMs, event, data, whole };
}

/** Outside of SSE every chunk is a frame without data. */
export function plainFrame(bytes: Uint8Array, arrivedMs: number): StreamFrame {
  return { bytes, arrivedMs, event: undefined, data: undefined, whole: true };
}
