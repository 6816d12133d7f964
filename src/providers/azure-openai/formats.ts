/** What Azure does of its own with one of OpenAI's formats. */
export interface AzureFormat {
  id: string;
  /** What a body must have that names no model, so that it is taken for a call of this format. */
  prompt: string;
  /** How Azure's messages call the operation. */
  operation: string;
  /** Replies carry the content filter's findings. */
  filtered?: true;
  /** A broken stream is told twice: first a failed response that says nothing, then the error. */
  breaksInPairs?: true;
}

/** Only the operation of chat was seen in a message; the other names are made alike (unverified). */
export const AZURE_FORMATS = {
  chat: { id: "azure-openai", prompt: "messages", operation: "ChatCompletions_Create", filtered: true },
  responses: { id: "azure-openai-responses", prompt: "input", operation: "Responses_Create", breaksInPairs: true },
  completions: { id: "azure-openai-completions", prompt: "prompt", operation: "Completions_Create" },
  embeddings: { id: "azure-openai-embeddings", prompt: "input", operation: "Embeddings_Create" },
} as const satisfies Record<string, AzureFormat>;

/** The operation of a dialect, by its id. */
export function operationOf(dialect: string): string {
  return Object.values(AZURE_FORMATS).find(({ id }) => id === dialect)?.operation ?? AZURE_FORMATS.chat.operation;
}
