import type { StreamFrame, StreamPosition } from "../../core/dialect.ts";
import type { StreamStage, StreamStep } from "../../core/fault.ts";
import type { Position } from "../../core/schema.ts";
import { createFormSense } from "./frames.ts";
import { trackPosition } from "./position.ts";

/**
 * What to do at the position. `rest` sends what is left of the frame that was met, for a fault after which the stream goes on.
 * `sent` counts what goes out before it.
 */
export type AtPosition = (rest: readonly StreamStep[], sent: { events: number }) => readonly StreamStep[];

/**
 * A stage that lets everything through until the position, and acts there once. A position never reached changes nothing;
 * neither does an unstreamed body, when only streams can be broken so.
 */
export function breakAt(position: Position, act: AtPosition, breaks: "streams" | "any" = "any"): StreamStage {
  const track = trackPosition(position);
  const isOutsideSse = createFormSense();
  let state: "waiting" | "passing" | "over" = "waiting";

  const actOn = (head: readonly StreamStep[], rest: readonly StreamStep[], events: number) => {
    const steps = act(rest, { events });
    state = steps.some(({ do: verb }) => verb === "end" || verb === "cut") ? "over" : "passing";
    return [...head, ...steps];
  };
  const actInside = (frame: StreamFrame, at: StreamPosition, whole: StreamStep) => {
    const cut = breaks === "any" ? cutInside(position, frame, at) : undefined;
    return cut === undefined ? [whole] : actOn(part(frame, 0, cut), part(frame, cut), at.events);
  };

  return {
    onFrame(frame, meaning, at) {
      if (state === "over") return [];
      const whole: StreamStep = { do: "send", bytes: frame.bytes };
      if (state === "passing") return [whole];
      if (isOutsideSse(frame, meaning)) return actInside(frame, at, whole);
      const reach = track(frame, meaning, at);
      if (reach === "missed") state = "passing";
      if (reach === "before") return actOn([], [whole], at.events);
      return reach === "after" ? actOn([whole], [], at.events + (frame.data === undefined ? 0 : 1)) : [whole];
    },
  };
}

/** An unstreamed body has no meaning by parts: bytes are exact, every other position is half of its first chunk. */
function cutInside(position: Position, frame: StreamFrame, at: StreamPosition): number | undefined {
  const length = frame.bytes.byteLength;
  if (typeof position === "string" || !("bytes" in position)) return Math.floor(length / 2);
  const cut = position.bytes - at.bytes;
  return cut <= length ? Math.max(0, cut) : undefined;
}

function part(frame: StreamFrame, from: number, to?: number): StreamStep[] {
  const bytes = frame.bytes.subarray(from, to);
  return bytes.byteLength === 0 ? [] : [{ do: "send", bytes }];
}
