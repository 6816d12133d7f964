import { type Dialect, type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";

/** A dialect that trips over a frame must not break the relay. */
export function meaningOf(dialect: Dialect, frame: StreamFrame): FrameMeaning {
  try {
    return dialect.read(frame);
  } catch {
    return NO_MEANING;
  }
}
