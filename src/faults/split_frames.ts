import { z } from "zod";
import type { Fault, StreamStage, StreamStep } from "../core/fault.ts";
import { count, position } from "../core/schema.ts";
import { fromPosition } from "./shared/from-position.ts";
import { positionWords } from "./shared/words.ts";

const LARGEST_DRAWN = 64;

const params = z.strictObject({
  after: position().optional().meta({ description: "From here on. Default: from the start" }),
  sizes: z
    .array(count().refine((bytes) => bytes > 0, "a piece has at least one byte"))
    .min(1)
    .optional()
    .meta({
      description: `Bytes of the pieces, in turn and again from the front. Default: drawn, 1 to ${LARGEST_DRAWN}`,
    }),
});
type Params = z.output<typeof params>;

/** No byte is wrong. A client that takes every read for a whole event, or decodes UTF-8 read by read, breaks. */
export const splitFrames: Fault<Params> = {
  name: "split_frames",
  summary: "The same bytes in small pieces, with borders inside of events and characters",
  looks: "events in many pieces",
  acts: "stream",
  final: false,
  params,
  plan({ after, sizes }, { rng }) {
    const newStage = () => {
      const draws = rng.fork("sizes");
      let turn = 0;
      return splitting(after, () => sizes?.[turn++ % sizes.length] ?? 1 + Math.floor(draws.next() * LARGEST_DRAWN));
    };
    return [{ do: "reshape", newStage }];
  },
  explain: ({ after, sizes }) =>
    `the reply comes in pieces of ${sizes?.join(", ") ?? `1 to ${LARGEST_DRAWN}`} bytes${after === undefined ? "" : `, ${positionWords(after)}`}`,
};

function splitting(after: Params["after"], nextSize: () => number): StreamStage {
  const isBehind = fromPosition(after);
  let told = false;
  return {
    onFrame(frame, meaning, at) {
      if (!isBehind(frame, meaning, at)) return [{ do: "send", bytes: frame.bytes }];
      const pieces = piecesOf(frame.bytes, nextSize);
      // A turn of the event loop between them: written in one, they would travel in one packet.
      const steps = pieces.flatMap((bytes, i): StreamStep[] => [
        ...(i === 0 ? [] : [{ do: "wait", ms: 0 } as const]),
        { do: "send", bytes },
      ]);
      if (told || pieces.length < 2) return steps;
      told = true;
      return [{ do: "applied" }, ...steps];
    },
  };
}

function piecesOf(bytes: Uint8Array, nextSize: () => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const end = at + nextSize();
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
