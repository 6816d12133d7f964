import type { LlmCall } from "../../core/dialect.ts";
import type { Charge } from "../../core/limits.ts";

/**
 * "Calculated as the maximum of max_tokens and the estimated number of tokens based on the character count of your request"
 * (OpenAI's rate-limits guide): not their sum. The guide does not multiply by `n`, so neither do we (unverified).
 */
export function openAiCharge(call: LlmCall): Charge {
  const outputTokens = call.maxOutputTokens ?? 0;
  return {
    requests: 1,
    inputTokens: call.inputTokens,
    outputTokens,
    tokens: Math.max(1, outputTokens, call.inputTokens),
  };
}
