import type { Dialect, StreamFrame } from "../../core/dialect.ts";
import type { PacedFrame } from "./paced-body.ts";

/** A gap before each frame that speaks, except the first; frames without content follow at once. */
export function pace(frames: readonly Uint8Array[], dialect: Dialect, nextGap: () => number): PacedFrame[] {
  let spoken = false;
  return frames.map((bytes) => {
    const { text, toolArguments } = dialect.read(asFrame(bytes));
    const speaks = text !== "" || toolArguments !== "";
    const gapMs = speaks && spoken ? nextGap() : 0;
    spoken ||= speaks;
    return { bytes, gapMs };
  });
}

/** Our own frames are known to be whole and plain, so two fields by line are enough. */
function asFrame(bytes: Uint8Array): StreamFrame {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  return { bytes, arrivedMs: 0, event: field("event"), data: field("data"), whole: true };
}
