import { groq } from "./groq.ts";
import { mistral } from "./mistral.ts";
import { openRouter } from "./openrouter.ts";
import { llamaCpp, vllm } from "./self-hosted.ts";
import type { CompatibleProvider } from "./words.ts";

/** Providers that speak OpenAI's formats before a wall of their own. To add one, write its data and name it here. */
export const compatibleProviders: readonly CompatibleProvider[] = [groq, mistral, openRouter, vllm, llamaCpp];
