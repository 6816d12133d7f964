import type { FrameMeaning, StreamFrame, StreamPosition } from "../../core/dialect.ts";
import type { Position } from "../../core/schema.ts";

/** Where a position lies in relation to one frame. `missed`: the answer was over first, it will never be reached. */
export type Reach = "not_yet" | "before" | "after" | "missed";

/** The middle of an ordinary answer, unless the user says otherwise. */
export const DEFAULT_POSITION = { tokens: 20 };

/** Follows one stream, frame by frame, until it has returned something else than `not_yet`. */
export function trackPosition(
  position: Position,
): (frame: StreamFrame, meaning: FrameMeaning, at: StreamPosition) => Reach {
  let named = 0;
  return (frame, meaning, at) => {
    if (liesBefore(position, meaning, at)) return "before";
    if (isOver(position, meaning)) return "missed";
    if (position instanceof Object && "event" in position && frame.event === position.event) named += 1;
    return liesAfter(position, { frame, meaning, at, named }) ? "after" : "not_yet";
  };
}

function liesBefore(position: Position, meaning: FrameMeaning, at: StreamPosition): boolean {
  switch (position) {
    case "before_finish":
      return meaning.finish !== undefined;
    case "before_usage":
      // Some formats tell usage early too (the prompt's, or a running count); the one that matters settles the answer.
      return meaning.usage !== undefined && (at.finishSeen || meaning.finish !== undefined);
    case "before_done":
      return meaning.terminator === true;
    case "tool_arguments":
      return false;
    default:
      // Zero of anything lies before the first frame.
      if ("tokens" in position) return at.tokens >= position.tokens;
      if ("events" in position) return at.events >= position.events;
      if ("share" in position) return hasShare(position.share, at.tokens, at);
      return "bytes" in position && at.bytes >= position.bytes;
  }
}

/** A finish that got through makes the answer whole; only the two positions behind it are still ahead. */
function isOver(position: Position, meaning: FrameMeaning): boolean {
  if (meaning.terminator) return true;
  return meaning.finish !== undefined && position !== "before_usage" && position !== "before_done";
}

interface Seen {
  frame: StreamFrame;
  meaning: FrameMeaning;
  at: StreamPosition;
  /** Events of the wanted name, this one included. */
  named: number;
}

function liesAfter(position: Position, { frame, meaning, at, named }: Seen): boolean {
  if (typeof position === "string") return position === "tool_arguments" && meaning.toolArguments !== "";
  if ("tokens" in position) return at.tokens + meaning.tokens >= position.tokens;
  if ("events" in position) return frame.data !== undefined && at.events + 1 >= position.events;
  if ("bytes" in position) return at.bytes + frame.bytes.byteLength >= position.bytes;
  if ("share" in position) return hasShare(position.share, at.tokens + meaning.tokens, at);
  return frame.event === position.event && named >= position.nth;
}

/** Of a whole that nobody knows there is no share. */
function hasShare(share: number, tokens: number, { totalTokens }: StreamPosition): boolean {
  return totalTokens !== undefined && tokens >= share * totalTokens;
}
