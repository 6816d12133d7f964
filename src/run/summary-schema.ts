import { z } from "zod";

const count = z.int().min(0);
const amount = z.number().min(0);
const usd = amount.nullable().meta({ description: "US dollars; null: nothing was priced" });
const percentiles = z
  .strictObject({ p50: amount.nullable(), p95: amount.nullable(), p99: amount.nullable() })
  .meta({ description: "Milliseconds; null before the first" });
const amounts = z.strictObject({ usd: amount, tokens: amount, requests: amount });
const caps = z.strictObject({ usd: amount.optional(), tokens: amount.optional(), requests: amount.optional() });

/** What `/runs/current/summary.json` answers, for load tools' thresholds. Source of schema/summary.schema.json. */
export const summarySchema = z
  .strictObject({
    run_id: z.string(),
    attempts: count.meta({ description: "Requests that the proxy saw" }),
    retries: count.meta({ description: "Those of them that repeat an earlier one" }),
    in_flight: count,
    completions: z
      .strictObject({ with_finish: count, without_finish: count })
      .meta({ description: "Answers that ended cleanly; one without its finish was truncated" }),
    refused_429: z.record(z.string(), count).meta({ description: "By dimension" }),
    ttft_ms: percentiles,
    inter_token_ms: percentiles,
    tokens: z.strictObject({ input: amount, output: amount }),
    spent_usd: usd,
    saved_usd: usd,
    wasted_tokens: amount.meta({ description: "Of attempts that delivered nothing whole" }),
    unpriced_calls: count.meta({ description: "Calls whose model has no known price: unknown, not free" }),
    budget: z.strictObject({
      caps: z.strictObject({ run: caps, per_minute: caps }).meta({ description: "A cap that is missing is none" }),
      used: amounts.meta({ description: "Spent and reserved by live calls" }),
      last_minute: amounts,
      in_flight: amounts,
      kept: amounts.meta({ description: "Of used: for calls that told no usage" }),
      overrun: amounts.meta({ description: "By how much usage exceeded what was reserved" }),
      refused: count,
    }),
  })
  .meta({ title: "/runs/current/summary.json of a running llm-chaos" });
