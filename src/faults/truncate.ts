import { z } from "zod";
import type { Fault } from "../core/fault.ts";
import { position } from "../core/schema.ts";
import { breakAt } from "./shared/break-at.ts";
import { insideParam, insideWords } from "./shared/cut-inside.ts";
import { DEFAULT_POSITION } from "./shared/position.ts";
import { positionWords } from "./shared/words.ts";

const params = z.strictObject({
  after: position()
    .prefault(DEFAULT_POSITION)
    .meta({ description: "Where the reply ends; an unstreamed one is cut at { bytes } or in its middle" }),
  inside: insideParam(),
});

/** Most clients take such a stream for a whole one: nothing on the wire says that it is not. */
export const truncate: Fault<z.output<typeof params>> = {
  name: "truncate",
  summary: "Ends the reply cleanly, as if it were whole: no finish, no usage, no terminator",
  looks: "answers that end early, as if whole",
  acts: "stream",
  final: false,
  params,
  plan: ({ after, inside }) => [
    { do: "reshape", newStage: () => breakAt(after, () => [{ do: "applied" }, { do: "end" }], { inside }) },
  ],
  explain: ({ after, inside }) =>
    `the reply ends cleanly ${positionWords(after)}${insideWords(inside)}, as if it were whole`,
};
