import type { FrameMeaning, StreamFrame, StreamPosition } from "../../core/dialect.ts";
import type { Position } from "../../core/schema.ts";
import { trackPosition } from "./position.ts";

/** Tells for each frame whether it lies behind the position. Without one, all do. */
export function fromPosition(
  position: Position | undefined,
): (frame: StreamFrame, meaning: FrameMeaning, at: StreamPosition) => boolean {
  if (position === undefined) return () => true;
  const track = trackPosition(position);
  let state: "ahead" | "behind" | "missed" = "ahead";
  return (frame, meaning, at) => {
    if (state !== "ahead") return state === "behind";
    const reach = track(frame, meaning, at);
    if (reach === "missed") state = "missed";
    else if (reach !== "not_yet") state = "behind";
    return reach === "before";
  };
}
