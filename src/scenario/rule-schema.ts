import { z } from "zod";
import { count, glob, share } from "../core/schema.ts";
import type { Registry } from "./registry.ts";

/** Keys of a fault rule that are not a fault's name. */
export const RULE_KEYS: readonly string[] = ["where", "chance", "at_most"];
/** Keys that every expectation takes beside its own parameters. */
export const EXPECT_KEYS: readonly string[] = ["in", "where", "if_unseen"];

const positive = () => count().refine((value) => value > 0, "must be at least 1");

/** What a call must look like. All given conditions must hold. */
export const whereSchema = () =>
  z
    .strictObject({
      provider: glob().optional().meta({ description: "Provider, such as openai" }),
      model: glob().optional().meta({ description: "Model name: exact, or with * for any run of characters" }),
      path: glob().optional().meta({ description: "Request path without the query, exact or with *" }),
      stream: z.boolean().optional().meta({ description: "Only streamed (true) or unstreamed (false) calls" }),
      tools: z.boolean().optional().meta({ description: "Only calls with (true) or without (false) tools" }),
      key: z
        .string()
        .regex(/^[0-9a-f]{1,8}$/, "the first hex digits of the key's hash, as `status` and the log print it")
        .optional()
        .meta({ description: "Prefix of the key's hash: SHA-256, first 8 hex digits" }),
      header: z
        .record(z.string(), glob())
        .optional()
        .meta({ description: "Header name to pattern, * for any run of characters" }),
      min_input_tokens: count().optional().meta({ description: "Prompts of at least this many (estimated) tokens" }),
      nth: positive().optional().meta({ description: "Every n-th matching call" }),
      first: positive().optional().meta({ description: "Only the first n matching calls" }),
    })
    .meta({ description: "Which calls: all given conditions must hold" });

/** An expectation is judged from the log, where headers do not stand; counting calls off makes no sense there. */
export const expectWhereSchema = () =>
  whereSchema()
    .pick({ provider: true, model: true, path: true, stream: true, tools: true, key: true, min_input_tokens: true })
    .strict()
    .meta({ description: "Which calls it looks at" });

/** One fault name with its parameters, and when it applies. */
export function ruleSchema(registry: Pick<Registry, "faults">) {
  const shapes = [...registry.faults.values()].map(
    (fault) => [fault.name, fault.params.optional().meta({ description: fault.summary })] as const,
  );
  return z.strictObject({
    ...(Object.fromEntries(shapes) as Record<never, never>),
    where: whereSchema().optional(),
    chance: share()
      .refine((value) => value <= 1, "a chance is at most 100%")
      .optional()
      .meta({ description: "Share of the matching calls, seeded. Default 100%" }),
    at_most: positive().optional().meta({ description: "At most this many calls" }),
  });
}

/** One expectation name with its parameters. `in`, `where` and `if_unseen` were lifted out of the parameters before. */
export function expectSchema(registry: Pick<Registry, "expectations">) {
  const shapes = [...registry.expectations.values()].map(
    (one) => [one.name, one.params.optional().meta({ description: one.summary })] as const,
  );
  return z.strictObject({ ...(Object.fromEntries(shapes) as Record<never, never>), ...expectOptions() });
}

export const expectOptions = () => ({
  in: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .meta({ description: "A phase or a list of phases it looks at. Default: all judged phases" }),
  where: expectWhereSchema().optional(),
  if_unseen: z
    .enum(["pass", "fail", "inconclusive"])
    .optional()
    .meta({ description: "The verdict when its subject was never seen. Default inconclusive" }),
});
