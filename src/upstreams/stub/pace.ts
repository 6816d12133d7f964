import type { Dialect, FrameSplitter, StreamFrame } from "../../core/dialect.ts";
import type { PacedFrame } from "../paced-body.ts";

export interface Pacing {
  dialect: Dialect;
  /** For a stream that is no server-sent events. */
  splitter: FrameSplitter | undefined;
  nextGap(): number;
}

export interface Paced {
  frames: PacedFrame[];
  /** Of all frames together, estimated as a reader of them would. */
  totalTokens: number;
}

/** A gap before each frame that speaks, except the first; frames without content follow at once. */
export function pace(frames: readonly Uint8Array[], { dialect, splitter, nextGap }: Pacing): Paced {
  let spoken = false;
  let totalTokens = 0;
  const paced = frames.map((bytes) => {
    const { text, toolArguments, tokens } = dialect.read(asFrame(bytes, splitter));
    const speaks = text !== "" || toolArguments !== "";
    const gapMs = speaks && spoken ? nextGap() : 0;
    spoken ||= speaks;
    totalTokens += tokens;
    return { bytes, gapMs };
  });
  return { frames: paced, totalTokens };
}

/** Our own frames are known to be whole and plain, so two fields by line are enough. */
function asFrame(bytes: Uint8Array, splitter: FrameSplitter | undefined): StreamFrame {
  const [cut] = splitter?.push(bytes) ?? [];
  if (cut !== undefined) return { ...cut, arrivedMs: 0 };
  const lines = new TextDecoder().decode(bytes).split("\n");
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  return { bytes, arrivedMs: 0, event: field("event"), data: field("data"), whole: true };
}
