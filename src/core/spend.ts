import type { Usage } from "./limits.ts";
import type { UpstreamKind } from "./upstream.ts";

/** What a budget is counted in: US dollars, tokens (input and output together), calls sent to a live upstream. */
export const SPEND_UNITS = ["usd", "tokens", "requests"] as const;
export type SpendUnit = (typeof SPEND_UNITS)[number];

export type Caps = Partial<Record<SpendUnit, number>>;

/** The most that may be spent on live upstreams. */
export interface BudgetCaps {
  /** Over the whole run. */
  run: Caps;
  /** By the calls that begin within any 60 seconds. */
  perMinute: Caps;
}

export interface ModelName {
  /** `LlmCall.provider`. */
  provider: string;
  model: string;
}

export interface Price {
  usd: number;
  /** The entry of the price list that matched, since lists match by the beginning of a name: `openai/gpt-4o`. */
  pricedAs: string;
}

/** What tokens cost. */
export interface PriceList {
  /** Undefined: no price is known for this model. That is unknown, never free. */
  priceOf(model: ModelName, usage: Usage): Price | undefined;
}

/** What is known of a call before its upstream is asked. */
export interface SpendRequest extends ModelName {
  kind: UpstreamKind;
  /** Tokens of the prompt, estimated from characters. */
  inputTokens: number;
  /** The most output the call allows, of one alternative; undefined when it does not say. */
  maxOutputTokens: number | undefined;
  /** How many alternatives it asks for. Each is paid for. */
  choices: number;
}

/** How it ended. */
export interface SpendOutcome {
  /** Of the upstream's reply; undefined when no head of one came. */
  status: number | undefined;
  /** No connection came about: the upstream saw nothing of the call. */
  unsent: boolean;
  /** Of a reply that came to its end; undefined where it told none or broke off. */
  usage: Usage | undefined;
  /** Output tokens that were seen, estimated. */
  seenOutputTokens: number;
}

/** What the call cost, as far as it can be known. */
export interface Cost extends Partial<Price> {
  inputTokens: number;
  outputTokens: number;
  /** No usage was seen: the tokens are estimated. */
  estimated: boolean;
  /** What stands against the budget for it, where that is more: the whole reservation of a call without usage. */
  kept?: { tokens: number; usd?: number };
}

/** A call that may be sent. */
export interface Bill {
  /** Called once, when the call is over. Undefined: the upstream saw nothing of it. */
  settle(outcome: SpendOutcome): Cost | undefined;
}

/** How events name a cap per minute: `requests per minute`. */
export const PER_MINUTE = " per minute";

/** The budget does not let a call through. */
export interface BudgetRefusal {
  /** `price`: a budget in dollars, and no price is known. */
  unit: SpendUnit | "price";
  per: "run" | "minute";
  cap: number;
  /** Spent and reserved before this call. */
  used: number;
  requested: number;
  /** For the caller: what is used up and what to do. */
  message: string;
}

/** Asked before an upstream is, and told how the call ended. Synchronous: of concurrent calls each sees what the others reserved. */
export interface SpendMeter {
  open(request: SpendRequest): { bill: Bill } | { refusal: BudgetRefusal };
  /** A call that nobody can read may cost anything. False: a budget is set, so that it must not be sent. */
  mayPassUnread(): boolean;
}
