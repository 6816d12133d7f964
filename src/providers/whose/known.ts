import type { Signs } from "../shared/signs.ts";

/** What gives a provider away. */
export interface KnownProvider {
  /** `LlmCall.provider`, and the beginning of its dialects' ids. */
  provider: string;
  /** Names of hosts, with `*` for any run of characters; those below them are meant as well. */
  hosts: readonly string[];
  /** `keys` are beginnings that no other provider's keys have. */
  signs: Signs | undefined;
  /** Request headers that only its clients send. Lower case. */
  headers?: readonly string[];
  /** How `authorization` begins. */
  scheme?: string;
}

/** Beside the OpenAI-compatible ones; the more particular before the more general. Clients as measured with the official SDKs. */
export const providersBesides: readonly KnownProvider[] = [
  {
    provider: "anthropic",
    hosts: ["anthropic.com"],
    signs: { keys: ["sk-ant-"], userAgents: ["Anthropic/", "AsyncAnthropic/"] },
    headers: ["anthropic-version", "anthropic-beta", "x-api-key"],
  },
  {
    provider: "azure",
    hosts: [],
    signs: { userAgents: ["AzureOpenAI/", "AsyncAzureOpenAI/"] },
    headers: ["api-key"],
  },
  {
    provider: "gemini",
    hosts: ["generativelanguage.googleapis.com"],
    signs: { keys: ["AIza"] },
    headers: ["x-goog-api-key", "x-goog-api-client"],
  },
  // Told from AI Studio by its paths.
  { provider: "vertex", hosts: ["*aiplatform.googleapis.com"], signs: undefined },
  {
    provider: "bedrock",
    hosts: ["bedrock-runtime*.amazonaws.com"],
    signs: undefined,
    headers: ["x-amz-date"],
    scheme: "AWS4-HMAC-SHA256",
  },
  {
    provider: "openai",
    hosts: ["api.openai.com"],
    signs: { userAgents: ["OpenAI/", "AsyncOpenAI/"] },
    headers: ["openai-organization", "openai-project", "openai-beta"],
    // Others have keys like that too, but those who do are named before or not here.
    scheme: "Bearer sk-",
  },
];
