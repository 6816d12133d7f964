import type { Usage } from "./limits.ts";

/** Usage comes in several frames in some formats; each number only grows. */
export function mergeUsage(seen: Usage | undefined, more: Usage): Usage {
  if (seen === undefined) return more;
  const cached = Math.max(seen.cachedTokens ?? 0, more.cachedTokens ?? 0);
  const written = Math.max(seen.cacheWrittenTokens ?? 0, more.cacheWrittenTokens ?? 0);
  return {
    inputTokens: Math.max(seen.inputTokens, more.inputTokens),
    outputTokens: Math.max(seen.outputTokens, more.outputTokens),
    ...(cached > 0 || seen.cachedTokens !== undefined ? { cachedTokens: cached } : {}),
    ...(written > 0 ? { cacheWrittenTokens: written } : {}),
  };
}
