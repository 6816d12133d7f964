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
    .meta({ description: "Where the connection breaks; an unstreamed reply is cut at { bytes } or in its middle" }),
  inside: insideParam(),
  how: z
    .enum(["fin", "rst"])
    .default("fin")
    .meta({ description: "fin: the connection is closed without the body's end; rst: it is reset" }),
});

export const disconnect: Fault<z.output<typeof params>> = {
  name: "disconnect",
  summary: "Cuts the connection inside the reply; what was sent arrives first",
  looks: "connections cut in the middle of an answer",
  acts: "stream",
  final: false,
  params,
  plan: ({ after, inside, how }) => [
    { do: "reshape", newStage: () => breakAt(after, () => [{ do: "applied" }, { do: "cut", how }], { inside }) },
  ],
  explain: ({ after, inside, how }) =>
    `the connection is ${how === "fin" ? "closed" : "reset"} ${positionWords(after)}${insideWords(inside)}`,
};
