export interface Ask {
  path: string;
  headers: Record<string, string>;
  body: object;
  /** In the refusal's body. */
  words: RegExp;
}

const messages = [{ role: "user", content: "Say hello." }];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** One call as each provider's client sends it. */
export const ASKS: Readonly<Record<string, Ask>> = {
  openai: {
    path: "/v1/chat/completions",
    headers: bearer("sk-test-wall"),
    body: { model: "gpt-4o", messages, max_tokens: 8 },
    words: /requests per min \(RPM\)/,
  },
  anthropic: {
    path: "/v1/messages",
    headers: { "x-api-key": "sk-ant-test-wall", "anthropic-version": "2023-06-01" },
    body: { model: "claude-sonnet-4-6", messages, max_tokens: 8 },
    words: /rate_limit_error/,
  },
  azure: {
    path: "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
    headers: { "api-key": "azure-test-wall" },
    body: { messages, max_tokens: 8 },
    words: /rate limit/,
  },
  gemini: {
    path: "/v1beta/models/gemini-2.5-flash:generateContent",
    headers: { "x-goog-api-key": "goog-test-wall" },
    body: { contents: [{ role: "user", parts: [{ text: "Say hello." }] }] },
    words: /RESOURCE_EXHAUSTED/,
  },
  bedrock: {
    path: "/model/us.amazon.nova-lite-v1%3A0/converse",
    headers: bearer("bedrock-test-wall"),
    body: { messages: [{ role: "user", content: [{ text: "Say hello." }] }], inferenceConfig: { maxTokens: 8 } },
    words: /Too many/,
  },
  groq: {
    path: "/openai/v1/chat/completions",
    headers: bearer("gsk_test_wall"),
    body: { model: "llama-3.3-70b-versatile", messages, max_tokens: 8 },
    words: /per minute/,
  },
  mistral: {
    path: "/v1/chat/completions",
    headers: { ...bearer("mistral-test-wall"), "user-agent": "mistral-client-typescript/2.7.0" },
    body: { model: "mistral-large-latest", messages, max_tokens: 8 },
    words: /[Rr]ate limit/,
  },
  openrouter: {
    path: "/api/v1/chat/completions",
    headers: bearer("sk-or-test-wall"),
    body: { model: "some/model:free", messages, max_tokens: 8 },
    words: /[Rr]ate limit/,
  },
};
