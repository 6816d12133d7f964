import { z } from "zod";
import type { Fault, StreamStage, StreamStep } from "../core/fault.ts";
import { count, position } from "../core/schema.ts";
import { createFormSense } from "./shared/frames.ts";
import { fromPosition } from "./shared/from-position.ts";
import { positionWords } from "./shared/words.ts";

/** Kept back at most, whatever was asked for. */
const MAX_KEPT_BYTES = 256 * 1024;

const params = z.strictObject({
  after: position().optional().meta({ description: "From here on. Default: from the start" }),
  sizes: z
    .array(count().refine((events) => events > 0, "there is at least one event in a piece"))
    .min(1)
    .default([4])
    .meta({ description: "Events that come together, in turn and again from the front" }),
});
type Params = z.output<typeof params>;

/** No byte is wrong. A client that takes every read for one event loses the others; a display jumps. */
export const mergeFrames: Fault<Params> = {
  name: "merge_frames",
  summary: "The same bytes, several events at once: each waits until the last of its group is there",
  looks: "many events in one piece",
  acts: "stream",
  final: false,
  params,
  plan: ({ after, sizes }, { call }) => (call.stream ? [{ do: "reshape", newStage: () => merging(after, sizes) }] : []),
  explain: ({ after, sizes }) =>
    `events come in groups of ${sizes.join(", ")}${after === undefined ? "" : `, ${positionWords(after)}`}`,
};

function merging(after: Params["after"], sizes: Params["sizes"]): StreamStage {
  const isBehind = fromPosition(after);
  const isOutsideSse = createFormSense();
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  let turn = 0;
  let told = false;

  const take = (): Uint8Array => {
    const group = joined(kept, keptBytes);
    kept = [];
    keptBytes = 0;
    return group;
  };
  const sendKept = (): StreamStep[] => {
    const tells = !told && kept.length > 1;
    told ||= tells;
    if (kept.length === 0) return [];
    return [...(tells ? [{ do: "applied" } as const] : []), { do: "send", bytes: take() }];
  };

  return {
    onFrame(frame, meaning, at) {
      if (isOutsideSse(frame, meaning) || !isBehind(frame, meaning, at)) return [{ do: "send", bytes: frame.bytes }];
      kept.push(frame.bytes);
      keptBytes += frame.bytes.byteLength;
      const full = kept.length >= (sizes[turn % sizes.length] ?? 1) || keptBytes >= MAX_KEPT_BYTES;
      // Nobody needs to send anything behind the terminator, so nothing waits for it.
      if (!full && !meaning.terminator) return [];
      turn += 1;
      return sendKept();
    },
    onEnd: sendKept,
    flush: take,
  };
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
