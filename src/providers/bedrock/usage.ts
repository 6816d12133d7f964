import type { Usage } from "../../core/limits.ts";
import { isRecord, wholeNumber } from "../shared/json.ts";

/** Bedrock's own names, in Converse and in the metrics of a stream, and Nova's: the cached input stands beside the rest. */
const INPUT = ["inputTokens", "inputTokenCount"];
const OUTPUT = ["outputTokens", "outputTokenCount"];
const CACHE_READ = ["cacheReadInputTokens", "cacheReadInputTokenCount"];
const CACHE_WRITE = ["cacheWriteInputTokens", "cacheWriteInputTokenCount"];

export function usageOf(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const numberOf = (names: readonly string[]) =>
    names.map((name) => wholeNumber(value[name])).find((number) => number !== undefined);
  const input = numberOf(INPUT);
  const output = numberOf(OUTPUT);
  if (input === undefined || output === undefined) return undefined;
  const cached = numberOf(CACHE_READ);
  const written = numberOf(CACHE_WRITE) ?? 0;
  return {
    inputTokens: input + (cached ?? 0) + written,
    outputTokens: output,
    ...(cached === undefined ? {} : { cachedTokens: cached }),
    ...(written > 0 ? { cacheWrittenTokens: written } : {}),
  };
}
