import type { Dialect } from "../core/dialect.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { createAzureOpenAi, isAzure } from "./azure-openai.ts";
import { bedrock, bedrockInvoke } from "./bedrock.ts";
import { gemini } from "./gemini.ts";
import { createOpenAiChat, openAiChat } from "./openai-chat.ts";
import { chooseDialects, compatibleProviders, type OpenAiFormats } from "./openai-compatible.ts";
import { createOpenAiCompletions, openAiCompletions } from "./openai-completions.ts";
import { createOpenAiEmbeddings, openAiEmbeddings } from "./openai-embeddings.ts";
import { createOpenAiResponses, openAiResponses } from "./openai-responses.ts";
import { createWhose } from "./whose.ts";

export type { Whose, WhoseRequest } from "./whose.ts";

/** Every wire format, the more particular before the more general. */
const formats = (azureIsKnown = false): readonly Dialect[] => [
  anthropicMessages,
  gemini,
  bedrock,
  bedrockInvoke,
  createAzureOpenAi("chat", createOpenAiChat, azureIsKnown),
  createAzureOpenAi("responses", createOpenAiResponses, azureIsKnown),
  createAzureOpenAi("completions", createOpenAiCompletions, azureIsKnown),
  createAzureOpenAi("embeddings", createOpenAiEmbeddings, azureIsKnown),
  openAiChat,
  openAiResponses,
  openAiCompletions,
  openAiEmbeddings,
];

const before: OpenAiFormats = (wall, signs) => [
  createOpenAiChat(wall, signs),
  createOpenAiResponses(wall, signs),
  createOpenAiCompletions(wall, signs),
  createOpenAiEmbeddings(wall, signs),
];

/** For an upstream of which nothing is known, the stub among them: whose wall it is, each request may say. */
export const dialects: readonly Dialect[] = chooseDialects({ formats: formats(), before });

/** For this upstream, and the name the user gave it (`groq=https://…`), if any: a well-known one has its own wall whatever a request says. */
export function dialectsFor(upstream: URL | undefined, name?: string): readonly Dialect[] {
  return chooseDialects({ formats: formats(isAzure(upstream, name)), before }, { base: upstream, name });
}

/** For several upstreams in one run: whose server an upstream is, and whose a request is meant for. */
export const { server: whoseServer, request: whoseRequest } = createWhose({
  dialects,
  compatible: compatibleProviders,
  isAzure,
});
