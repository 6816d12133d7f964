import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { position } from "../core/schema.ts";
import { changeAt } from "./shared/change-at.ts";
import { opensArray } from "./shared/frame-text.ts";
import { DEFAULT_POSITION } from "./shared/position.ts";
import { positionWords } from "./shared/words.ts";

const params = z.strictObject({
  after: position().prefault(DEFAULT_POSITION).meta({ description: "The next event from here on is lost" }),
});

/** A hole in the text under a normal finish: nothing on the wire tells, unless the format numbers its events. */
export const dropFrame: Fault<z.output<typeof params>> = {
  name: "drop_frame",
  summary: "One event of the stream is lost",
  looks: "events that are missing",
  acts: "stream",
  final: false,
  params,
  plan({ after }, { call }) {
    if (!call.stream) return [];
    return [{ do: "reshape", newStage: () => changeAt(after, (frame) => (opensArray(frame) ? undefined : [])) }];
  },
  explain: ({ after }) => `one event ${positionWords(after)} is lost`,
};
