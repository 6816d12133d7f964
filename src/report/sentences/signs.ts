import type { Report } from "../../core/report.ts";

/** How a provider's trouble reads in a log: the code or type of its error body, and the headers that tell the wait and what is left. */
interface Signs {
  troubles: Readonly<Record<string, string>>;
  headers: readonly string[];
}

const OPENAI: Signs = {
  troubles: {
    rate_limit: "rate_limit_exceeded",
    quota_exceeded: "insufficient_quota",
    overloaded: "server_is_overloaded",
    server_error: "server_error",
    bad_key: "invalid_api_key",
    unknown_model: "model_not_found",
    context_too_long: "context_length_exceeded",
  },
  headers: ["retry-after", "x-ratelimit-remaining-tokens", "x-ratelimit-remaining-requests"],
};

/** By provider. Held against what its dialect sends. */
export const KNOWN_SIGNS: Readonly<Record<string, Signs>> = {
  openai: OPENAI,
  groq: {
    troubles: { ...OPENAI.troubles, overloaded: "service_unavailable", quota_exceeded: "blocked_api_access" },
    headers: ["retry-after", "x-ratelimit-remaining-tokens"],
  },
  azure: {
    troubles: { rate_limit: "rate limit for your current", content_filter: "content_filter" },
    headers: ["retry-after", "x-ratelimit-remaining-tokens"],
  },
  anthropic: {
    troubles: {
      rate_limit: "rate_limit_error",
      overloaded: "overloaded_error",
      server_error: "api_error",
      timeout: "timeout_error",
      bad_key: "authentication_error",
      unknown_model: "not_found_error",
      request_too_large: "request_too_large",
    },
    headers: [
      "retry-after",
      "anthropic-ratelimit-input-tokens-remaining",
      "anthropic-ratelimit-output-tokens-remaining",
    ],
  },
  gemini: {
    troubles: {
      rate_limit: "RESOURCE_EXHAUSTED",
      quota_exceeded: "RESOURCE_EXHAUSTED",
      overloaded: "UNAVAILABLE",
      timeout: "DEADLINE_EXCEEDED",
      unknown_model: "NOT_FOUND",
    },
    headers: [],
  },
  bedrock: { troubles: { rate_limit: "ThrottlingException" }, headers: [] },
  mistral: {
    troubles: { rate_limit: "rate_limited" },
    headers: ["x-ratelimit-remaining-tokens-minute", "x-ratelimit-remaining-req-minute"],
  },
};

/** Error codes and header names to look for, of the refusals that this run met; empty where none is known. */
export function signsOf({ refusals }: Report): { codes: string[]; headers: string[] } {
  const codes = new Set<string>();
  const headers = new Set<string>();
  for (const { provider, trouble, origin } of refusals) {
    const signs = origin === "budget" ? undefined : KNOWN_SIGNS[provider];
    const code = signs?.troubles[trouble];
    if (code !== undefined) codes.add(code);
    if (trouble === "rate_limit") for (const name of signs?.headers ?? []) headers.add(name);
  }
  return { codes: [...codes], headers: [...headers] };
}
