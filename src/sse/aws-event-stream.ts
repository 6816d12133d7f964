import type { CutFrame, FrameSplitter } from "../core/dialect.ts";
import { createAwsBorderFinder } from "./aws-borders.ts";
import { decodeAwsMessage } from "./aws-message.ts";
import { createFrameSplitter, isWhole } from "./frame-splitter.ts";
import { type FrameKind, MAX_FRAME_BYTES } from "./splitter.ts";

/**
 * An AWS event stream → a frame per message: its event is the message's type (of the event or exception, or the code of an error),
 * its data the payload as text. A message above the bound (default 1 MiB; AWS allows 16) comes in pieces and stays without
 * either, as does one whose checksum is wrong, and bytes that are no such stream.
 */
export function createAwsEventStreamSplitter(maxFrameBytes = MAX_FRAME_BYTES): FrameSplitter {
  return createFrameSplitter({ borders: createAwsBorderFinder(), maxFrameBytes, frameOf });
}

function frameOf(bytes: Uint8Array, kind: FrameKind): CutFrame {
  const message = kind === "whole" ? decodeAwsMessage(bytes) : undefined;
  if (message === undefined) return { bytes, event: undefined, data: undefined, whole: isWhole(kind) };
  const { headers, body } = message;
  const event = headers[":event-type"] ?? headers[":exception-type"] ?? headers[":error-code"];
  return {
    bytes,
    event,
    data: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"),
    whole: true,
  };
}
