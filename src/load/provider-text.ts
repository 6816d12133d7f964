/**
 * Wording by which a provider's own error text is known when an app shows it to its user.
 * Taken from captured error bodies of OpenAI, Azure OpenAI, Anthropic and Gemini; each is long enough not to occur in ordinary prose.
 */
export const PROVIDER_PHRASES: readonly string[] = [
  "Rate limit reached for",
  "exceeded your current quota",
  "insufficient_quota",
  "rate_limit_exceeded",
  "context_length_exceeded",
  "maximum context length is",
  "Incorrect API key provided",
  "platform.openai.com/",
  "help.openai.com/",
  "aka.ms/oai/",
  "call rate limit of your current",
  "would exceed the rate limit for your organization",
  "exceed your organization's rate limit",
  "has exceeded your per-minute rate limit",
  "reached your API usage limits",
  "docs.claude.com/",
  "platform.claude.com/",
  "claude.com/contact-sales",
  "docs.anthropic.com/",
  "console.anthropic.com",
  '"rate_limit_error"',
  '"overloaded_error"',
  "ai.google.dev/gemini-api/",
  "Quota exceeded for metric",
  "RESOURCE_EXHAUSTED",
];

export function showsProviderText(text: string): boolean {
  return PROVIDER_PHRASES.some((phrase) => text.includes(phrase));
}
