import type { ClientUnderTest } from "../client.ts";
import { aiSdk } from "./ai-sdk.ts";
import { anthropic } from "./anthropic.ts";
import { azure } from "./azure.ts";
import { bedrock } from "./bedrock.ts";
import { genAi, genAiRetrying } from "./genai.ts";
import { groq } from "./groq.ts";
import { langChainAnthropic, langChainOpenAi } from "./langchain.ts";
import { mistral, mistralRetrying } from "./mistral.ts";
import { openAi6, openAi7 } from "./openai.ts";

/** In the order of the page. To add a client, write its file and name it here. */
export const nodeClients: readonly ClientUnderTest[] = [
  openAi7,
  openAi6,
  azure,
  anthropic,
  genAi,
  genAiRetrying,
  aiSdk,
  langChainOpenAi,
  langChainAnthropic,
  groq,
  mistral,
  mistralRetrying,
  bedrock,
];
