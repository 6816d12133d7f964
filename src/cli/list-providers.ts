import type { Dialect } from "../core/dialect.ts";

/** Formats by the end of a dialect's id; the rest of it is the provider. */
const FORMATS: Readonly<Record<string, string>> = {
  chat: "Chat Completions: …/chat/completions",
  responses: "Responses: …/responses",
  completions: "Completions: …/completions",
  embeddings: "Embeddings: …/embeddings",
  messages: "Messages: …/v1/messages",
  invoke: "InvokeModel: …/model/{id}/invoke, …/invoke-with-response-stream",
};

/** Providers whose first format has no word of its own. */
const FIRST: Readonly<Record<string, string>> = {
  "azure-openai": "Chat Completions: …/openai/deployments/{name}/chat/completions, …/openai/v1/chat/completions",
  bedrock: "Converse: …/model/{id}/converse, …/converse-stream",
  gemini: "generateContent: …/models/{id}:generateContent, :streamGenerateContent",
};

export interface ListedFormat {
  provider: string;
  /** The requests it reads, for people; empty for a format that has no words here. */
  reads: string;
}

export function formatOf({ id }: Pick<Dialect, "id">): ListedFormat {
  const first = FIRST[id];
  if (first !== undefined) return { provider: id, reads: first };
  const [ending = ""] = Object.keys(FORMATS).filter((word) => id.endsWith(`-${word}`));
  if (ending === "") return { provider: id, reads: "" };
  return { provider: id.slice(0, -ending.length - 1), reads: FORMATS[ending] ?? "" };
}
