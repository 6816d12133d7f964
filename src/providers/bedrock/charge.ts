import type { LlmCall } from "../../core/dialect.ts";
import type { Charge } from "../../core/limits.ts";
import { matchesGlob } from "../../core/text.ts";
import burndown from "./burndown.data.json" with { type: "json" };

/** Who names no maximum reserves the model's own, which is not known here: this is what older models allow. */
const UNNAMED_MAXIMUM = 4_096;

/**
 * The prompt and `max_tokens` are taken from the quota when a call begins. At its end it is settled: the cache's input is free, and
 * an output token of some models burns several of the quota (docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html).
 */
export function charge({ model, inputTokens, maxOutputTokens = UNNAMED_MAXIMUM }: LlmCall): Charge {
  const weight = burndown.find(({ models }) => models.some((pattern) => matchesGlob(pattern, model)))?.outputWeight;
  return {
    requests: 1,
    inputTokens,
    outputTokens: maxOutputTokens,
    tokens: Math.max(1, inputTokens + maxOutputTokens),
    ...(weight !== undefined && { outputWeight: weight }),
  };
}
