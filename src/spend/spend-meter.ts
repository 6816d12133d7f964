import type { Usage } from "../core/limits.ts";
import type { Bill, Cost, PriceList, SpendMeter, SpendOutcome, SpendRequest } from "../core/spend.ts";
import { hasCaps } from "./caps.ts";
import type { BudgetGuard, Held } from "./guard.ts";

/**
 * Estimates from characters are too low where characters are dense (code, hexadecimal digits, scripts that a tokenizer
 * knows badly), and the provider's own framing comes on top. A reservation takes this many times the estimate.
 */
export const INPUT_SAFETY = 2;
/** Of a chat's framing, which every call has. Tokens. */
const FRAMING_TOKENS = 32;

/** What a call reserves that does not say how long its answer may be. Tokens. */
export const ASSUMED_MAX_OUTPUT = 4_096;

/** A gateway gave up waiting; the model behind it may have worked, and is paid for. Other errors cost nothing. */
const MAYBE_BILLED: ReadonlySet<number> = new Set([408, 504]);

export interface SpendMeterOptions {
  prices: PriceList;
  guard: BudgetGuard;
  /** Default ASSUMED_MAX_OUTPUT. */
  assumeMaxOutput?: number | undefined;
  /** A reply's usage was above what its call had reserved. */
  onOverrun?(over: { tokens: number; usd: number }, request: SpendRequest): void;
}

/** Says what each call costs, and holds the live ones to the budget. */
export function createSpendMeter(options: SpendMeterOptions): SpendMeter {
  const { prices, guard } = options;
  return {
    open(request) {
      if (request.kind !== "live") return { bill: { settle: (outcome) => costOf(request, outcome, prices) } };
      const bound = mostOf(request, options.assumeMaxOutput ?? ASSUMED_MAX_OUTPUT);
      const tokens = bound.inputTokens + bound.outputTokens;
      const reserved = { requests: 1, tokens, usd: prices.priceOf(request, bound)?.usd };
      const answer = guard.admit(request, reserved);
      if ("refusal" in answer) return answer;
      return { bill: liveBill({ request, reserved, held: answer.held }, options) };
    },
    mayPassUnread: () => !hasCaps(guard.state().caps),
  };
}

/** The most a call may take, as far as anybody can know before it is answered. */
function mostOf({ inputTokens, maxOutputTokens, choices }: SpendRequest, assumed: number): Usage {
  return {
    inputTokens: INPUT_SAFETY * inputTokens + FRAMING_TOKENS,
    outputTokens: choices * (maxOutputTokens ?? assumed),
  };
}

interface Reserved {
  request: SpendRequest;
  reserved: { tokens: number; usd: number | undefined };
  held: Held;
}

function liveBill({ request, reserved, held }: Reserved, { prices, onOverrun }: SpendMeterOptions): Bill {
  return {
    settle(outcome) {
      const cost = costOf(request, outcome, prices);
      if (cost === undefined) {
        held.settle({ requests: 0, tokens: 0, usd: 0 });
        return undefined;
      }
      const taken = { requests: 1, tokens: cost.inputTokens + cost.outputTokens, usd: cost.usd ?? 0 };
      const over = cost.estimated ? held.keep(taken) : held.settle(taken);
      if (over.tokens > 0 || over.usd > 0) onOverrun?.(over, request);
      return cost.estimated ? { ...cost, kept: keptOf(reserved, taken) } : cost;
    },
  };
}

/** A server may tell any numbers: none below zero gives money back. */
function plausible(usage: Usage): Usage {
  const { inputTokens, outputTokens, cachedTokens, cacheWrittenTokens } = usage;
  return {
    inputTokens: Math.max(0, inputTokens),
    outputTokens: Math.max(0, outputTokens),
    ...(cachedTokens !== undefined && { cachedTokens: Math.max(0, cachedTokens) }),
    ...(cacheWrittenTokens !== undefined && { cacheWrittenTokens: Math.max(0, cacheWrittenTokens) }),
  };
}

function keptOf(reserved: Reserved["reserved"], taken: { tokens: number; usd: number }) {
  const tokens = Math.max(reserved.tokens, taken.tokens);
  return reserved.usd === undefined ? { tokens } : { tokens, usd: Math.max(reserved.usd, taken.usd) };
}

/** Undefined: the upstream saw nothing of the call. */
function costOf(request: SpendRequest, outcome: SpendOutcome, prices: PriceList): Cost | undefined {
  const { status, unsent, usage, seenOutputTokens } = outcome;
  if (unsent) return undefined;
  const refused = status !== undefined && status >= 400 && !MAYBE_BILLED.has(status);
  if (refused) return { inputTokens: 0, outputTokens: 0, usd: 0, estimated: false };
  const tokens = plausible(usage ?? { inputTokens: request.inputTokens, outputTokens: seenOutputTokens });
  const price = prices.priceOf(request, tokens);
  return {
    inputTokens: tokens.inputTokens,
    outputTokens: tokens.outputTokens,
    ...price,
    estimated: usage === undefined,
  };
}
