import type { Dialect } from "../core/dialect.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { createAzureOpenAi } from "./azure-openai.ts";
import { createOpenAiChat, openAiChat } from "./openai-chat.ts";
import { createOpenAiCompletions, openAiCompletions } from "./openai-completions.ts";
import { createOpenAiEmbeddings, openAiEmbeddings } from "./openai-embeddings.ts";
import { createOpenAiResponses, openAiResponses } from "./openai-responses.ts";

/** Every wire format, the more particular before the more general. */
export const dialects: readonly Dialect[] = [
  anthropicMessages,
  createAzureOpenAi("chat", createOpenAiChat),
  createAzureOpenAi("responses", createOpenAiResponses),
  createAzureOpenAi("completions", createOpenAiCompletions),
  createAzureOpenAi("embeddings", createOpenAiEmbeddings),
  openAiChat,
  openAiResponses,
  openAiCompletions,
  openAiEmbeddings,
];
