import { z } from "zod";

const count = z.int().min(0);
const verdict = z.enum(["pass", "fail", "inconclusive"]);
const stopped = z.string().nullable();

/** summary.json in the folder of `run --repeat`, version 1. Source of schema/repeats.schema.json. */
export const repeatsFileSchema = z
  .strictObject({
    version: z.literal(1),
    scenario: z.string(),
    repeats: count.meta({ description: "How many were wanted; fewer runs when the series was stopped" }),
    verdict: verdict.meta({ description: "The worst of all repeats" }),
    stopped: stopped.meta({ description: "Null, or why the series ended early" }),
    expectations: z.array(
      z.strictObject({
        name: z.string(),
        explained: z.string(),
        phase: z.string().nullable(),
        verdict: verdict.meta({ description: "The worst of its repeats" }),
        held: count,
        broken: count,
        not_judged: count,
        flaky: z.boolean().meta({ description: "It held in some repeats and was broken in others" }),
      }),
    ),
    runs: z.array(
      z.strictObject({
        run_id: z.string(),
        folder: z.string().meta({ description: "Relative to this file's folder" }),
        seed: z.number(),
        verdict,
        stopped,
        reproduce: z.string(),
      }),
    ),
    reproduce: z.string().meta({ description: "The command that plays the whole series again" }),
  })
  .meta({ title: "summary.json of llm-chaos run --repeat, version 1" });
