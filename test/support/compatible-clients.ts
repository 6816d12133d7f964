import { Mistral } from "@mistralai/mistralai";
import Groq from "groq-sdk";
import OpenAI from "openai";

/** Official clients of the compatible providers, told the proxy's address and nothing else; none retries. */

export const groqClient = (origin: string) => new Groq({ baseURL: origin, apiKey: "gsk_not_a_key", maxRetries: 0 });

export const mistralClient = (origin: string) => new Mistral({ serverURL: origin, apiKey: "not-a-key" });

/** OpenRouter's own documentation uses the openai package. */
export const openRouterClient = (origin: string) =>
  new OpenAI({ baseURL: `${origin}/api/v1`, apiKey: "sk-or-v1-not-a-key", maxRetries: 0 });
