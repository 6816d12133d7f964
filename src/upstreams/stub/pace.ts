import type { Dialect, FrameSplitter, StreamFrame } from "../../core/dialect.ts";
import type { PacedFrame } from "./paced-body.ts";

export interface Pacing {
  dialect: Dialect;
  /** For a stream that is no server-sent events. */
  splitter: FrameSplitter | undefined;
  nextGap(): number;
}

/** A gap before each frame that speaks, except the first; frames without content follow at once. */
export function pace(frames: readonly Uint8Array[], { dialect, splitter, nextGap }: Pacing): PacedFrame[] {
  let spoken = false;
  return frames.map((bytes) => {
    const { text, toolArguments } = dialect.read(asFrame(bytes, splitter));
    const speaks = text !== "" || toolArguments !== "";
    const gapMs = speaks && spoken ? nextGap() : 0;
    spoken ||= speaks;
    return { bytes, gapMs };
  });
}

/** Our own frames are known to be whole and plain, so two fields by line are enough. */
function asFrame(bytes: Uint8Array, splitter: FrameSplitter | undefined): StreamFrame {
  const [cut] = splitter?.push(bytes) ?? [];
  if (cut !== undefined) return { ...cut, arrivedMs: 0 };
  const lines = new TextDecoder().decode(bytes).split("\n");
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  return { bytes, arrivedMs: 0, event: field("event"), data: field("data"), whole: true };
}
