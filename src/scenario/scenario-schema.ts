import { z } from "zod";
import { DIMENSIONS } from "../core/limits.ts";
import { count, duration, factor, rate, share } from "../core/schema.ts";
import type { Registry } from "./registry.ts";
import { expectSchema, ruleSchema } from "./rule-schema.ts";

/** The seed of a scenario that names none. */
export const DEFAULT_SEED = 1;

const positiveCount = () => count().refine((value) => value > 0, "must be at least 1");
const someTime = (why: string) => duration().refine((ms) => ms > 0, why);
const sentence = (description: string) => z.string().optional().meta({ description });
const name = (description: string) =>
  z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/,
      "a name has letters, digits, spaces, and . _ - (at most 64); it becomes part of file names",
    )
    .meta({ description });

const limitRow = () =>
  z
    .strictObject({
      tier: z.string().optional().meta({ description: "A shipped tier, such as openai/tier-1" }),
      provider: z.string().optional().meta({ description: "Only calls to this provider" }),
      model: z
        .string()
        .min(1)
        .refine((text) => !text.includes("*"), "a limit has one bucket per exact model name; * is not possible here")
        .optional()
        .meta({ description: "Exact model name. Without it every model has a bucket of its own" }),
      per: z
        .enum(["key+model", "key", "all"])
        .optional()
        .meta({ description: "What shares a bucket. Default key+model" }),
      output: z.enum(["as_produced", "reserved"]).optional().meta({
        description:
          "How otpm is counted: as the answer comes, or by the call's maximum when it is let in. Default: as the provider",
      }),
      ...Object.fromEntries(
        DIMENSIONS.map((dimension) => [dimension, positiveCount().optional().meta({ description: WORDS[dimension] })]),
      ),
    })
    .meta({ description: "One counted wall" });

const WORDS: Readonly<Record<(typeof DIMENSIONS)[number], string>> = {
  rpm: "Requests per minute",
  tpm: "Tokens per minute",
  rpd: "Requests per day",
  tpd: "Tokens per day",
  itpm: "Input tokens per minute",
  otpm: "Output tokens per minute",
};

const ramp = () =>
  z
    .strictObject({
      from: positiveCount().meta({ description: "Callers at once in the first step" }),
      to: positiveCount().meta({ description: "Callers at once in the last step" }),
      factor: factor()
        .refine((value) => value > 1, "must be more than 1, else the ramp never climbs")
        .optional()
        .meta({ description: "From one step to the next. Default 1.5" }),
      hold: someTime("a step of 0 s measures nothing")
        .optional()
        .meta({ description: "How long a step is judged. Default 15s" }),
      settle: duration().optional().meta({ description: "Before a step is judged. Default 3s" }),
      repeats: positiveCount().optional().meta({ description: "How often each step is repeated. Default 1" }),
      search: z.enum(["knee"]).optional().meta({
        description:
          "After the steps, halve the interval in which shedding, fallback and breaking begin, to 10 % or one caller. Default: the steps only",
      }),
      start: z.enum(["at_wall", "full"]).optional().meta({
        description: "Counted buckets at a step's start: drained to one call's charge, or full. Default at_wall",
      }),
    })
    .meta({ description: "More and more callers at once" });

const load = () =>
  z
    .strictObject({
      concurrency: positiveCount().optional().meta({ description: "Closed loop: this many callers at once" }),
      rate: rate().optional().meta({ description: "Open loop: arrivals are fixed, whatever the app does" }),
      ramp: ramp().optional(),
    })
    .meta({ description: "How hard the front door is driven: concurrency, rate or ramp" });

const abortWhen = () =>
  z
    .strictObject({
      error_rate: z.strictObject({
        over: share()
          .refine((value) => value < 1, "never happens: write a share below 100%")
          .meta({ description: "Share of failed front-door calls" }),
        for: someTime("0 s would stop at the first error").meta({ description: "For how long" }),
        in: z.string().optional().meta({ description: "Only in this phase" }),
      }),
    })
    .meta({ description: "When the run stops early" });

/** The file as users write it. Outputs are in milliseconds and shares of 1. */
export function scenarioSchema(registry: Registry) {
  const phase = z.strictObject({
    name: name("The phase's name; expectations refer to it"),
    lasts: someTime("a phase of 0 s never happens").optional().meta({ description: "How long, such as 30s" }),
    faults: z.array(ruleSchema(registry)).optional().meta({ description: "Tried in order for each call" }),
  });
  return z.strictObject({
    extends: z
      .string()
      .optional()
      .meta({
        description:
          "Starts from another scenario: a shipped preset such as gentle, or a file (./base.yaml). Each key given here replaces the inherited one; vars and runbook are merged; name is never inherited",
        examples: ["gentle", "./base.yaml"],
      }),
    vars: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name has letters, digits and _ only"),
        z.union([z.string(), z.number(), z.boolean()]),
      )
      .optional()
      .meta({ description: "Values for placeholders, here and in what is extended; the environment wins" }),
    name: name("The scenario's name; the run's folder has it"),
    summary: sentence("What happens, in one sentence"),
    hypothesis: sentence("What the app is believed to do"),
    seed: count()
      .optional()
      .meta({ description: `Same seed, same decisions. Default ${DEFAULT_SEED}` }),
    clock_scale: factor()
      .refine((value) => value >= 1, "must be at least 1")
      .optional()
      .meta({ description: "Day buckets refill this much faster: 1440 is a day in a minute. Default 1" }),
    announce: z.enum(["real", "virtual"]).optional().meta({
      description: "What a 429 of a scaled day bucket announces: the real wait, or the unscaled one. Default real",
    }),
    settle: z.enum(["usage", "reserve"]).optional().meta({
      description:
        "What a counted call is charged in the end: its usage, or what it reserved. Default: as the provider",
    }),
    limits: z.array(limitRow()).optional().meta({ description: "Counted walls" }),
    phases: z.array(phase).min(1).optional().meta({ description: "Played in order" }),
    load: load().optional(),
    abort_when: abortWhen().optional(),
    expect: z.array(expectSchema(registry)).optional().meta({ description: "What must hold" }),
    runbook: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: "Words only people know, printed as they are: owner, escalate, check, act" }),
  });
}

export type ScenarioFile = z.output<ReturnType<typeof scenarioSchema>>;
