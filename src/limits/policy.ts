import { DAY_MS, type Dimension, windowMs } from "../core/limits.ts";
import { createFixedWindow, createRequestWindows } from "./fixed-window.ts";
import type { MeterFactory } from "./meter.ts";
import { createPacificDay } from "./pacific-day.ts";
import { createRefill } from "./refill.ts";
import { createUtcDay } from "./utc-day.ts";

/** `usage`: a finished call costs what its usage says. `reserve`: what was charged at admission stands. */
export type SettleMode = "usage" | "reserve";

/** How one provider counts. To add another arithmetic, write its meter in a file of its own and name it here. */
export interface LimitPolicy {
  newMeter: MeterFactory;
  settle: SettleMode;
  /** False: `settle` is our assumption and the provider has not been seen to do it; a report should say so. */
  settleVerified: boolean;
  /** Whether input that came from the provider's cache counts on tokens and on input tokens, when a call is settled. */
  cachedInputCounts: boolean;
  /** How output tokens per minute are counted: when they are there, or reserved when the call is admitted. Default: reserved. */
  output?: "as_produced" | "reserved";
  /** What counts on tokens per minute and per day. Default: input and output together. */
  tokensAre?: "input_and_output" | "input";
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

/**
 * Gemini: input tokens only, and requests per day until midnight Pacific time (ai.google.dev/gemini-api/docs/rate-limits);
 * cached tokens count (ai.google.dev/gemini-api/docs/caching). Its refusals announce anything up to a minute, for few calls
 * left as for many, which no refilled bucket does: so its minute is a window. Where that begins, and whether an estimate is
 * corrected afterwards, is not told.
 */
const gemini: LimitPolicy = {
  newMeter: (options) => (isDay(options.dimension) ? createPacificDay(options) : createFixedWindow(options)),
  settle: "usage",
  settleVerified: false,
  cachedInputCounts: true,
  tokensAre: "input",
};

function isDay(dimension: Dimension): boolean {
  return windowMs(dimension) === DAY_MS;
}

/**
 * Groq: its messages agree with OpenAI's bucket (continuedev/continue#10920, elizaOS/eliza#4040), its documentation says
 * that cached tokens do not count. That they and unused output come back when the call has ended is assumed.
 */
const groq: LimitPolicy = {
  newMeter: createRefill,
  settle: "usage",
  settleVerified: false,
  cachedInputCounts: false,
};

/**
 * Mistral: "requests per second" and tokens per minute, with headers that count down but tell no time of refilling.
 * Windows, as Azure's, are assumed.
 */
const mistral: LimitPolicy = {
  newMeter: (options) => (options.dimension === "rpm" ? createRequestWindows(options) : createFixedWindow(options)),
  settle: "usage",
  settleVerified: false,
  cachedInputCounts: true,
};

/** OpenRouter: windows, told by the time of their reset; its day begins at midnight UTC. */
const openRouter: LimitPolicy = {
  newMeter: (options) => (isDay(options.dimension) ? createUtcDay(options) : createFixedWindow(options)),
  settle: "usage",
  settleVerified: false,
  cachedInputCounts: true,
};

/**
 * Amazon Bedrock: "max_tokens" is reserved with the input and settled at the end; what came from the cache is free, and output of
 * some models weighs more (quotas-token-burndown in its user guide), which the charge says. How a quota fills again is not told:
 * a refilled bucket is assumed.
 */
const bedrock: LimitPolicy = {
  newMeter: createRefill,
  settle: "usage",
  settleVerified: true,
  cachedInputCounts: false,
};

const policies: ReadonlyMap<string, LimitPolicy> = new Map([
  ["openai", openai],
  ["azure", azure],
  ["anthropic", anthropic],
  ["groq", groq],
  ["mistral", mistral],
  ["openrouter", openRouter],
  ["gemini", gemini],
  // Vertex shares its capacity out as it is; a limit that is counted for it all the same is counted like Gemini's.
  ["vertex", gemini],
  ["bedrock", bedrock],
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
