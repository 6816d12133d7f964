import { z } from "zod";
import type { StreamFrame, StreamPosition } from "../../core/dialect.ts";
import type { Position } from "../../core/schema.ts";

/** Where a break lies that is not between two events. */
export type Inside = "event" | "character";

export const insideParam = () =>
  z.enum(["event", "character"]).optional().meta({
    description:
      "Breaks inside of the event instead of behind it: event, in its middle; character, in the first character from there on that takes several bytes",
  });

export function insideWords(inside: Inside | undefined): string {
  return inside === undefined
    ? ""
    : inside === "event"
      ? ", in the middle of an event"
      : ", in the middle of a character";
}

/** Undefined: this frame is no event, or has no character of several bytes. */
export function cutInEvent({ bytes, data }: StreamFrame, inside: Inside): number | undefined {
  if (data === undefined) return undefined;
  return inside === "event" ? Math.floor(bytes.byteLength / 2) : insideCharacter(bytes, 0);
}

export interface BodyBreak {
  frame: StreamFrame;
  position: Position;
  at: StreamPosition;
  inside: Inside | undefined;
}

/** An unstreamed body has no meaning by parts: bytes are exact, a share is one of its first chunk (the stub's only one), every other position is half of that. */
export function cutInBody({ frame, position, at, inside }: BodyBreak): number | undefined {
  const { bytes } = frame;
  const length = bytes.byteLength;
  const wanted = wantedIn(position, at, length);
  if (wanted === undefined || wanted > length) return undefined;
  return inside === "character" ? insideCharacter(bytes, Math.max(0, wanted)) : Math.max(0, wanted);
}

function wantedIn(position: Position, at: StreamPosition, length: number): number | undefined {
  if (typeof position === "string" || !("bytes" in position || "share" in position)) return Math.floor(length / 2);
  if ("bytes" in position) return position.bytes - at.bytes;
  return at.totalTokens === undefined ? undefined : Math.floor(length * position.share);
}

/** Behind the first byte of the first character of several bytes. */
function insideCharacter(bytes: Uint8Array, from: number): number | undefined {
  const lead = bytes.findIndex((byte, i) => i >= from && byte >= 0xc2);
  return lead < 0 ? undefined : lead + 1;
}
