import { z } from "zod";

const side = z.strictObject({
  run_ids: z.array(z.string()).meta({ description: "One, or those of the repeats" }),
  scenario: z.string(),
  startedAt: z.string(),
  verdict: z.enum(["pass", "fail", "inconclusive"]),
  stopped: z.array(z.string()).meta({ description: "Why runs stopped early, each once" }),
});

const finding = z.strictObject({
  what: z.string(),
  before: z.string(),
  after: z.string(),
  direction: z.enum(["worse", "better", "changed", "no clear change", "cannot tell"]).meta({
    description:
      "changed: another behaviour, neither better nor worse. no clear change: equal, or within the spread of the samples or repeats. cannot tell: one side did not measure it",
  }),
  because: z.string().meta({ description: "Empty where the two values say it" }),
});

/** What `compare --json` prints, version 1. Source of schema/comparison.schema.json. */
export const comparisonFileSchema = z
  .strictObject({
    version: z.literal(1),
    before: side,
    after: side,
    verdict: z.enum(["better", "worse", "mixed", "no clear change"]),
    changed_plan: z
      .array(z.strictObject({ what: z.string(), before: z.string(), after: z.string() }))
      .meta({ description: "How the two were played differently: a difference may come from here" }),
    findings: z.array(finding),
  })
  .meta({ title: "What llm-chaos compare --json prints, version 1" });
