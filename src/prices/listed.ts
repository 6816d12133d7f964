import { calcPrice, findProvider, type ModelInfo, type ModelPrice, type Provider } from "@pydantic/genai-prices";
import type { Usage } from "../core/limits.ts";
import type { ModelName } from "../core/spend.ts";

/** How one model is priced. */
export interface Pricing {
  pricedAs: string;
  usd(usage: Usage): number;
}

/** The bundled list's entry for this model, which it finds by the beginning of the name. */
export function listedPricing({ provider: providerId, model }: ModelName, wallMs: () => number): Pricing | undefined {
  const provider = findProvider({ providerId });
  const found = provider && calcPrice(ONE_TOKEN, model, { provider, timestamp: new Date(wallMs()) });
  if (provider === undefined || !found) return undefined;
  const only: Provider = { ...provider, models: [found.model] };
  const asListed = (usage: Usage) => calculate({ provider: only, model, timestamp: new Date(wallMs()) }, usage);
  return {
    pricedAs: `${found.provider.id}/${found.model.id}`,
    usd: isFlat(found.model, found.model_price) ? linear(asListed) : asListed,
  };
}

const ONE_TOKEN = { input_tokens: 1, output_tokens: 1 };

/** The same for every token, whenever it is asked for and however long the prompt is. */
function isFlat(model: ModelInfo, price: ModelPrice): boolean {
  const byTime =
    Array.isArray(model.prices) && model.prices.some(({ constraint }) => constraint?.type === "time_of_date");
  return !byTime && Object.values(price).every((each) => typeof each === "number");
}

const SAMPLE = 1_000_000;
const NOTHING: Usage = { inputTokens: 0, outputTokens: 0 };

/** Asked for one price of each kind: the list's own arithmetic costs more time than the rest of a call's bookkeeping. */
function linear(asListed: (usage: Usage) => number): Pricing["usd"] {
  const perToken = (usage: Partial<Usage>) => asListed({ ...NOTHING, ...usage }) / SAMPLE;
  const input = perToken({ inputTokens: SAMPLE });
  const cached = perToken({ inputTokens: SAMPLE, cachedTokens: SAMPLE });
  const written = perToken({ inputTokens: SAMPLE, cacheWrittenTokens: SAMPLE });
  const output = perToken({ outputTokens: SAMPLE });
  return (usage) => {
    const parts = partsOf(usage);
    return parts.plain * input + parts.cached * cached + parts.written * written + usage.outputTokens * output;
  };
}

function calculate(at: { provider: Provider; model: string; timestamp: Date }, usage: Usage): number {
  const { provider, model, timestamp } = at;
  const { cached, written } = partsOf(usage);
  const split = {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    ...(cached > 0 && { cache_read_tokens: cached }),
    ...(written > 0 && { cache_write_tokens: written }),
  };
  const price = calcPrice(split, model, { provider, timestamp });
  // It was found before, with the same provider; a price that vanishes must not turn into a free one.
  if (price === null) throw new Error(`the price of ${model} is not in the list any more`);
  return price.total_price;
}

/** No server's numbers may add up to more than the whole: the list refuses such a usage. */
function partsOf({ inputTokens, cachedTokens = 0, cacheWrittenTokens = 0 }: Usage) {
  const cached = Math.min(cachedTokens, inputTokens);
  const written = Math.min(cacheWrittenTokens, inputTokens - cached);
  return { cached, written, plain: inputTokens - cached - written };
}
