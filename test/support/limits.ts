import type { Charge, LimitSpec } from "../../src/core/limits.ts";

/** A row without a provider or model; the limits are what a test is about. */
export function spec(limits: LimitSpec["limits"], more: Partial<LimitSpec> = {}): LimitSpec {
  return { label: "test", per: "key+model", limits, ...more };
}

/** One request with this many tokens, all of them input unless told. */
export function tokens(count: number, outputTokens = 0): Charge {
  return { requests: 1, inputTokens: count, outputTokens, tokens: Math.max(count, outputTokens) };
}

export function ask(charge: Charge, more: { model?: string; keyHash?: string; provider?: string } = {}) {
  return { provider: "openai", model: "m", keyHash: "k", charge, ...more };
}
