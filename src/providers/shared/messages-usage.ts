import type { Usage } from "../../core/limits.ts";
import { isRecord, wholeNumber } from "./json.ts";

/**
 * `input_tokens` leaves out what the cache gave and what was written to it; all three together are the prompt.
 * A stream tells it twice: the input at its start (with a first few output tokens), running totals at its end, where
 * older servers leave the input out. Each number only grows, so the larger one of each is the truth.
 */
export function usageOf(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const output = wholeNumber(value["output_tokens"]);
  if (output === undefined) return undefined;
  const cached = wholeNumber(value["cache_read_input_tokens"]);
  const written = wholeNumber(value["cache_creation_input_tokens"]);
  return {
    inputTokens: (wholeNumber(value["input_tokens"]) ?? 0) + (written ?? 0) + (cached ?? 0),
    outputTokens: output,
    ...(cached === undefined ? {} : { cachedTokens: cached }),
    ...(written === undefined || written === 0 ? {} : { cacheWrittenTokens: written }),
  };
}
