import { z } from "zod";
import type { Trouble } from "../core/dialect.ts";
import { distribution, sample } from "../core/distribution.ts";
import type { Fault } from "../core/fault.ts";
import { factor } from "../core/schema.ts";
import { announcedBy } from "./shared/announced.ts";
import { scriptedRefusal } from "./shared/scripted-refusal.ts";
import { distributionWords } from "./shared/words.ts";

const DIMENSION_WORDS = {
  rpm: "requests per minute",
  tpm: "tokens per minute",
  rpd: "requests per day",
  tpd: "tokens per day",
  itpm: "input tokens per minute",
  otpm: "output tokens per minute",
  images: "images per minute",
  concurrency: "calls at once",
} as const;

const hint = z.enum(["header", "ms_header", "date", "body"]);

const params = z.strictObject({
  dimension: z
    .enum(Object.keys(DIMENSION_WORDS) as [keyof typeof DIMENSION_WORDS])
    .default("tpm")
    .meta({ description: "The wall that was met" }),
  retry_after: distribution()
    .optional()
    .meta({ description: "The announced wait; without it, what a bucket that is just full asks for" }),
  hints: z
    .array(hint)
    .refine(
      (hints) => !(hints.includes("header") && hints.includes("date")),
      "header and date are one header: keep one",
    )
    .optional()
    .meta({ description: "Where the wait stands; [] says nothing. Default: as that provider" }),
  lie: factor()
    .optional()
    .meta({ description: "The hints say this many times the wait, while the counters in the text stay with it" }),
});

export const rateLimit: Fault<z.output<typeof params>> = {
  name: "rate_limit",
  summary: "The provider's own 429 for a dimension, with status, headers and text that agree",
  acts: "call",
  final: true,
  params,
  plan({ dimension, retry_after, hints, lie }, context) {
    const refusal = scriptedRefusal(dimension, retry_after && sample(retry_after, context.rng), context);
    const trouble: Trouble = { kind: "rate_limit", refusal, readings: [], hints };
    if (lie !== undefined) trouble.announcedMs = refusal.waitMs * lie;
    const reply = context.dialect.refuse(trouble, context.call, context.reply);
    const announcedMs = announcedBy(reply, context);
    return [{ do: "answer", reply, trouble: "rate_limit", refusal: { ...refusal, announcedMs } }];
  },
  explain: ({ dimension, retry_after, hints, lie }) =>
    [
      `a 429 for ${DIMENSION_WORDS[dimension]} that asks for ${retry_after ? distributionWords(retry_after) : "the wait of a full bucket"}`,
      ...(hints === undefined ? [] : [hints.length === 0 ? "but says so nowhere" : `said in: ${hints.join(", ")}`]),
      ...(lie === undefined ? [] : [`where the retry hint claims ${lie} times that`]),
    ].join(", "),
};
