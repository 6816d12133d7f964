import type { Dialect } from "../core/dialect.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiCompletions } from "./openai-completions.ts";
import { openAiEmbeddings } from "./openai-embeddings.ts";
import { openAiResponses } from "./openai-responses.ts";

/** Every wire format, the more particular before the more general. */
export const dialects: readonly Dialect[] = [
  anthropicMessages,
  openAiChat,
  openAiResponses,
  openAiCompletions,
  openAiEmbeddings,
];
