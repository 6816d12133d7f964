import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { position } from "../core/schema.ts";
import { changeAt } from "./shared/change-at.ts";
import { asArrayElement } from "./shared/frame-text.ts";
import { DEFAULT_POSITION } from "./shared/position.ts";
import { positionWords } from "./shared/words.ts";

const params = z.strictObject({
  after: position().prefault(DEFAULT_POSITION).meta({ description: "The next event from here on comes twice" }),
});

export const duplicateFrame: Fault<z.output<typeof params>> = {
  name: "duplicate_frame",
  summary: "One event of the stream comes twice",
  looks: "events that come twice",
  acts: "stream",
  final: false,
  params,
  plan({ after }, { call }) {
    if (!call.stream) return [];
    const again = call.framing === "json_array" ? asArrayElement : undefined;
    const newStage = () =>
      changeAt(after, ({ bytes, data }) => [
        { do: "send", bytes },
        { do: "send", bytes: again?.(data) ?? bytes },
      ]);
    return [{ do: "reshape", newStage }];
  },
  explain: ({ after }) => `one event ${positionWords(after)} comes twice`,
};
