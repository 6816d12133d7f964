import type { Usage } from "../core/limits.ts";
import type { ModelName, PriceList } from "../core/spend.ts";
import { matchesGlob } from "../core/text.ts";
import { listedPricing, type Pricing } from "./listed.ts";

/** A price that the user gave. US dollars per million tokens. */
export interface OwnPrice {
  input: number;
  output: number;
  /** Input from the provider's cache. Default: as other input. */
  cached?: number;
}

export interface PriceListOptions {
  /** By model, exact or with `*`; wins over the list. */
  own?: Readonly<Record<string, OwnPrice>> | undefined;
  /** Some prices depend on the date, and some on the time of day. Milliseconds since the epoch. */
  wallMs(): number;
  /** Called once for each model, when it is first priced: how its name was understood. Undefined: no price is known. */
  onFirst?: ((model: ModelName, understood: Understood | undefined) => void) | undefined;
}

export interface Understood {
  pricedAs: string;
  /** US dollars per million tokens, of a short prompt. */
  input: number;
  output: number;
}

/** A client can name as many models as it likes; beyond this many they are looked up again. */
const MOST_KEPT = 1_000;
const MILLION = 1_000_000;

/**
 * Prices as bundled with @pydantic/genai-prices: nothing is ever fetched, so they are as old as the installed version.
 * The user's own win.
 */
export function createPriceList({ own = {}, wallMs, onFirst }: PriceListOptions): PriceList {
  const known = new Map<string, Pricing | undefined>();
  const pricingOf = (model: ModelName): Pricing | undefined => {
    const key = `${model.provider} ${model.model}`;
    if (known.has(key)) return known.get(key);
    if (known.size >= MOST_KEPT) known.clear();
    const found = ownPricing(own, model.model) ?? listedPricing(model, wallMs);
    known.set(key, found);
    onFirst?.(model, found && understood(found));
    return found;
  };
  return {
    priceOf(model, usage) {
      const pricing = pricingOf(model);
      return pricing && { usd: pricing.usd(usage), pricedAs: pricing.pricedAs };
    },
  };
}

/** Of a thousand tokens, since some models cost more per token when a prompt is long. */
function understood({ pricedAs, usd }: Pricing): Understood {
  return {
    pricedAs,
    input: usd({ inputTokens: 1_000, outputTokens: 0 }) * 1_000,
    output: usd({ inputTokens: 0, outputTokens: 1_000 }) * 1_000,
  };
}

function ownPricing(own: Readonly<Record<string, OwnPrice>>, model: string): Pricing | undefined {
  const name = Object.hasOwn(own, model) ? model : Object.keys(own).find((pattern) => matchesGlob(pattern, model));
  const price = name === undefined ? undefined : own[name];
  if (name === undefined || price === undefined) return undefined;
  const { input, output, cached: ofCached = input } = price;
  return {
    pricedAs: `${name} (your price)`,
    usd({ inputTokens, outputTokens, cachedTokens = 0 }: Usage) {
      const cached = Math.min(cachedTokens, inputTokens);
      return ((inputTokens - cached) * input + cached * ofCached + outputTokens * output) / MILLION;
    },
  };
}
