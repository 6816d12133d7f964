import { z } from "zod";
import { distribution, sample } from "../core/distribution.ts";
import type { Fault } from "../core/fault.ts";
import { distributionWords } from "./shared/words.ts";

const params = z.strictObject({
  lasts: distribution()
    .optional()
    .meta({ description: "Then the connection is closed without an answer; without it, only the client ends it" }),
});

export const hang: Fault<z.output<typeof params>> = {
  name: "hang",
  summary: "Takes the call and never answers",
  looks: "calls that are never answered",
  acts: "call",
  final: true,
  params,
  plan: ({ lasts }, { rng }) => [{ do: "hang", ...(lasts === undefined ? {} : { ms: sample(lasts, rng) }) }],
  explain: ({ lasts }) =>
    `the call is never answered${lasts === undefined ? "" : `, and the connection is closed after ${distributionWords(lasts)}`}`,
};
