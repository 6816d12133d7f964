import type { FrameMeaning, StreamFrame, StreamPosition } from "../../core/dialect.ts";
import type { StreamStage, StreamStep } from "../../core/fault.ts";
import type { Position } from "../../core/schema.ts";
import { cutInBody, cutInEvent, type Inside } from "./cut-inside.ts";
import { createFormSense } from "./frames.ts";
import { trackPosition } from "./position.ts";

/**
 * What to do at the position. `rest` sends what is left of the frame that was met, for a fault after which the stream goes on.
 * `sent` counts what goes out before it.
 */
export type AtPosition = (rest: readonly StreamStep[], sent: { events: number }) => readonly StreamStep[];

export interface BreakOptions {
  /** Leave an unstreamed reply alone. */
  streamsOnly?: boolean;
  /** Not between two events but inside of one. */
  inside?: Inside | undefined;
}

/** A stage that lets everything through until the position, and acts there once. A position never reached changes nothing. */
export function breakAt(position: Position, act: AtPosition, options: BreakOptions = {}): StreamStage {
  const find = createBreakFinder(position, options);
  let state: "waiting" | "passing" | "over" = "waiting";
  return {
    onFrame(frame, meaning, at) {
      if (state === "over") return [];
      const cut = state === "passing" ? undefined : find(frame, meaning, at);
      if (cut === undefined) return [{ do: "send", bytes: frame.bytes }];
      const whole = cut === frame.bytes.byteLength && frame.data !== undefined;
      const steps = act(part(frame, cut), { events: at.events + (whole ? 1 : 0) });
      state = steps.some(({ do: verb }) => verb === "end" || verb === "cut") ? "over" : "passing";
      return [...part(frame, 0, cut), ...steps];
    },
  };
}

/** How many bytes of this frame come before the break; undefined while it is not in this frame. */
type BreakFinder = (frame: StreamFrame, meaning: FrameMeaning, at: StreamPosition) => number | undefined;

function createBreakFinder(position: Position, { streamsOnly = false, inside }: BreakOptions): BreakFinder {
  const isOutsideSse = createFormSense();
  const inStream = inside === undefined ? betweenEvents(position) : insideOf(position, inside);
  return (frame, meaning, at) => {
    if (!isOutsideSse(frame, meaning)) return inStream(frame, meaning, at);
    return streamsOnly ? undefined : cutInBody({ frame, position, at, inside });
  };
}

function betweenEvents(position: Position): BreakFinder {
  const track = trackPosition(position);
  let missed = false;
  return (frame, meaning, at) => {
    const reach = missed ? "missed" : track(frame, meaning, at);
    missed = reach === "missed";
    if (reach === "before") return 0;
    return reach === "after" ? frame.bytes.byteLength : undefined;
  };
}

/** The frame at the position, or the next one that can be cut so. What got through with its finish is whole. */
function insideOf(position: Position, inside: Inside): BreakFinder {
  const track = trackPosition(position);
  let state: "ahead" | "reached" | "missed" = "ahead";
  return (frame, meaning, at) => {
    if (state === "ahead") {
      const reach = track(frame, meaning, at);
      if (reach !== "not_yet") state = reach === "missed" ? "missed" : "reached";
    }
    const cut = state === "reached" ? cutInEvent(frame, inside) : undefined;
    const isEnd = meaning.finish !== undefined || meaning.terminator;
    if (state === "reached" && cut === undefined && isEnd) state = "missed";
    return cut;
  };
}

function part({ bytes }: StreamFrame, from: number, to?: number): StreamStep[] {
  const piece = bytes.subarray(from, to);
  return piece.byteLength === 0 ? [] : [{ do: "send", bytes: piece }];
}
