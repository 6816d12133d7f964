import type { LlmCall } from "../../core/dialect.ts";
import type { Charge } from "../../core/limits.ts";

/**
 * Prompt, max_tokens and best_of make the estimate (Azure's quota documentation), as a sum: unlike OpenAI's, whose rule is
 * the larger of two. That best_of multiplies max_tokens is how third parties read it; what a call without max_tokens
 * reserves is not told, and is nothing here (both unverified).
 */
export function azureCharge(call: LlmCall): Charge {
  const outputTokens = (call.maxOutputTokens ?? 0) * bestOf(call);
  return {
    requests: 1,
    inputTokens: call.inputTokens,
    outputTokens,
    tokens: Math.max(1, call.inputTokens + outputTokens),
  };
}

function bestOf({ body }: LlmCall): number {
  const wanted = body["best_of"];
  return Number.isSafeInteger(wanted) ? Math.max(1, Number(wanted)) : 1;
}
