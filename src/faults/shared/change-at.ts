import type { FrameMeaning, StreamFrame, StreamPosition } from "../../core/dialect.ts";
import type { StreamStage, StreamStep } from "../../core/fault.ts";
import type { Position } from "../../core/schema.ts";
import { trackPosition } from "./position.ts";

/** What becomes of an event. Undefined: nothing can be done to this one, so the next is tried. */
export type ChangeEvent = (frame: StreamFrame & { data: string }) => readonly StreamStep[] | undefined;

/**
 * A stage that changes one event: the one that the position names, or the first behind it. The finish and what follows it are
 * met only where the position names them. An unstreamed body has no events and passes.
 */
export function changeAt(position: Position, change: ChangeEvent): StreamStage {
  const candidates = createCandidates(position);
  let done = false;
  return {
    onFrame(frame, meaning, at) {
      const changed = !done && candidates(frame, meaning, at) && isEvent(frame, meaning) ? change(frame) : undefined;
      if (changed === undefined) return [{ do: "send", bytes: frame.bytes }];
      done = true;
      return [{ do: "applied" }, ...changed];
    },
  };
}

/** Whether a frame may be the one: the one named, else those behind the position up to the finish. */
function createCandidates(
  position: Position,
): (frame: StreamFrame, meaning: FrameMeaning, at: StreamPosition) => boolean {
  const track = trackPosition(position);
  let state: "ahead" | "behind" | "over" = "ahead";
  return (frame, meaning, at) => {
    if (state === "behind" && endsAnswer(meaning)) state = "over";
    if (state !== "ahead") return state === "behind";
    const reach = track(frame, meaning, at);
    if (reach === "missed") state = "over";
    else if (reach !== "not_yet") state = "behind";
    return reach === "before";
  };
}

function endsAnswer({ finish, terminator }: FrameMeaning): boolean {
  return finish !== undefined || terminator === true;
}

function isEvent(frame: StreamFrame, { keepAlive }: FrameMeaning): frame is StreamFrame & { data: string } {
  return frame.data !== undefined && !keepAlive;
}
