import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { position } from "../core/schema.ts";
import { changeAt } from "./shared/change-at.ts";
import { jsonOf, withJson } from "./shared/frame-text.ts";
import { DEFAULT_POSITION } from "./shared/position.ts";
import { positionWords } from "./shared/words.ts";

const params = z.strictObject({
  after: position().prefault(DEFAULT_POSITION).meta({ description: "The next event from here on is the broken one" }),
});

export const malformedChunk: Fault<z.output<typeof params>> = {
  name: "malformed_chunk",
  summary: "One event of the stream is whole, but its JSON breaks off in the middle; the stream goes on",
  looks: "events that cannot be read",
  acts: "stream",
  final: false,
  params,
  plan({ after }, { call, dialect }) {
    if (!call.stream) return [];
    const newStage = () =>
      changeAt(after, (frame) => {
        const json = jsonOf(dialect, frame);
        const broken = withJson(dialect, frame, json.slice(0, Math.ceil(json.length / 2)));
        return broken && [{ do: "send", bytes: broken.bytes }];
      });
    return [{ do: "reshape", newStage }];
  },
  explain: ({ after }) => `one event ${positionWords(after)} has JSON that breaks off in the middle`,
};
