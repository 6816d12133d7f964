import { createFixedWindow, createRequestWindows } from "./fixed-window.ts";
import type { MeterFactory } from "./meter.ts";
import { createRefill } from "./refill.ts";

/** `usage`: a finished call costs what its usage says. `reserve`: what was charged at admission stands. */
export type SettleMode = "usage" | "reserve";

/** How one provider counts. To add another arithmetic, write its meter in a file of its own and name it here. */
export interface LimitPolicy {
  newMeter: MeterFactory;
  settle: SettleMode;
  /** False: `settle` is our assumption and the provider has not been seen to do it; a report should say so. */
  settleVerified: boolean;
  /** Whether input that came from the provider's cache counts on input tokens per minute. */
  cachedInputCounts: boolean;
  /** How output tokens per minute are counted: when they are there, or reserved when the call is admitted. Default: reserved. */
  output?: "as_produced" | "reserved";
}

/**
 * OpenAI: the messages and headers seen in public issues agree with a continuously refilled bucket. That unused
 * `max_tokens` come back at the end of an HTTP call is not documented; its Realtime API does so.
 */
const openai: LimitPolicy = {
  newMeter: createRefill,
  settle: "usage",
  settleVerified: false,
  cachedInputCounts: true,
};

/**
 * Azure OpenAI: its quota documentation names the windows, and says that its limit counts an estimate made when the
 * request arrives, which is not the count used for billing. So nothing is given back.
 */
const azure: LimitPolicy = {
  newMeter: (options) => (options.dimension === "rpm" ? createRequestWindows(options) : createFixedWindow(options)),
  settle: "reserve",
  settleVerified: true,
  cachedInputCounts: true,
};

/**
 * Anthropic's rate-limits page: buckets that are continuously replenished; input is estimated at the beginning of a call and
 * adjusted while it runs; output is counted in real time as it is produced, and `max_tokens` does not matter.
 */
const anthropic: LimitPolicy = {
  newMeter: createRefill,
  settle: "usage",
  settleVerified: true,
  cachedInputCounts: false,
  output: "as_produced",
};

const policies: ReadonlyMap<string, LimitPolicy> = new Map([
  ["openai", openai],
  ["azure", azure],
  ["anthropic", anthropic],
]);

/** A provider without a policy of its own is counted like OpenAI, whose arithmetic compatible servers copy. */
export function policyOf(provider: string | undefined): LimitPolicy {
  return policies.get(provider ?? "") ?? openai;
}

/** How the calls to a provider are settled, and whether that is known or assumed: for the report's list of what it cannot tell. */
export function settlementOf(provider: string): { settle: SettleMode; verified: boolean } {
  const { settle, settleVerified } = policyOf(provider);
  return { settle, verified: settleVerified };
}
