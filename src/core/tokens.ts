/** Scripts written without spaces cost about one token a character. */
const DENSE = /[\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF\u3040-\u30FF]/g;
const CHARACTERS_PER_TOKEN = 4;

/** A cheap estimate from characters, the way a provider's limiter makes it before it runs the model. Linear in the text's length. */
export function estimateTokens(text: string): number {
  if (text === "") return 0;
  const dense = text.match(DENSE)?.length ?? 0;
  return Math.max(1, Math.ceil((text.length - dense) / CHARACTERS_PER_TOKEN + dense));
}
