import type { Charge, Dimension, Settlement } from "../core/limits.ts";

/** What a call is charged on a dimension when it is admitted. */
export function amountOf(dimension: Dimension, charge: Charge): number {
  switch (dimension) {
    case "rpm":
    case "rpd":
      return charge.requests;
    case "tpm":
    case "tpd":
      return charge.tokens;
    case "itpm":
      return charge.inputTokens;
    case "otpm":
      return charge.outputTokens;
  }
}

/** Requests cost what they cost; only token dimensions are settled when a call has ended. */
export function isSettled(dimension: Dimension): boolean {
  return dimension !== "rpm" && dimension !== "rpd";
}

export interface SettlingRules {
  charge: Charge;
  outcome: Settlement;
  cachedInputCounts: boolean;
  /** What counts on tokens per minute and per day. Default: input and output together. */
  tokensAre?: "input_and_output" | "input" | undefined;
}

/** What an ended call really cost. Without usage (an abort, a stream that never told) the larger of what was seen and the estimate. */
export function settledAmount(
  dimension: Dimension,
  { charge, outcome, cachedInputCounts, tokensAre = "input_and_output" }: SettlingRules,
): number {
  const { usage, seenOutputTokens } = outcome;
  const { outputWeight = 1 } = charge;
  const estimate = amountOf(dimension, charge);
  const cached = cachedInputCounts ? 0 : (usage?.cachedTokens ?? 0);
  switch (dimension) {
    case "rpm":
    case "rpd":
      return estimate;
    case "tpm":
    case "tpd":
      if (tokensAre === "input") return usage ? usage.inputTokens : estimate;
      return usage
        ? Math.max(0, usage.inputTokens - cached) + usage.outputTokens * outputWeight
        : Math.max(estimate, charge.inputTokens + seenOutputTokens * outputWeight);
    case "itpm":
      return usage ? Math.max(0, usage.inputTokens - cached) : estimate;
    case "otpm":
      return usage ? usage.outputTokens : Math.max(estimate, seenOutputTokens);
  }
}
