import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, type LanguageModel, streamText } from "ai";
import { type CallStyle, type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";

interface Provider {
  id: string;
  name: string;
  dialect: string;
  model(target: Target): LanguageModel;
}

const openAi = ({ url, key }: Target) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key });

const PROVIDERS: readonly Provider[] = [
  { id: "chat", name: "OpenAI chat", dialect: "openai-chat", model: (target) => openAi(target).chat(MODEL) },
  {
    id: "responses",
    name: "OpenAI Responses",
    dialect: "openai-responses",
    model: (target) => openAi(target).responses(MODEL),
  },
  {
    id: "messages",
    name: "Anthropic",
    dialect: "anthropic-messages",
    model: ({ url, key }) => createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(MODEL),
  },
];

export const aiSdk: ClientUnderTest = {
  id: "ai-sdk",
  title: "AI SDK",
  packages: ["ai", "@ai-sdk/openai", "@ai-sdk/anthropic"],
  setup: "The time limit is `timeout: 500`, which holds for the whole call with its retries.",
  calls: PROVIDERS.flatMap((provider) => [plain(provider), streamed(provider)]),
};

const ASK = { prompt: PROMPT, maxOutputTokens: MAX_TOKENS };
const limit = ({ timeoutMs }: Target) => (timeoutMs === undefined ? {} : { timeout: timeoutMs });

function plain({ id, name, dialect, model }: Provider): CallStyle {
  return {
    id,
    title: `\`generateText\`, ${name}`,
    short: name,
    stream: false,
    dialect,
    async run(target) {
      const { text, finishReason } = await generateText({ model: model(target), ...ASK, ...limit(target) });
      return { finish: finishReason, text };
    },
  };
}

/** Both ways of reading are watched: the parts as they come, and the promise of the whole text. */
function streamed({ id, name, dialect, model }: Provider): CallStyle {
  return {
    id: `${id}-stream`,
    title: `\`streamText\`, ${name}`,
    short: name,
    stream: true,
    dialect,
    async run(target) {
      const result = streamText({ model: model(target), ...ASK, ...limit(target), onError: () => {} });
      for await (const part of result.fullStream) {
        if (part.type === "text-delta") target.sawText(part.text);
        if (part.type === "error") target.sawError(`an \`error\` part with \`${nameOf(part.error)}\``);
        if (part.type === "abort") target.sawError("an `abort` part");
      }
      // Rejects where the SDK takes the call for failed.
      await result.text;
      return { finish: await result.finishReason };
    },
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
