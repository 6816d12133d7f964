import { ChatAnthropic } from "@langchain/anthropic";
import type { AIMessageChunk } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import { type CallStyle, type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";

interface Model {
  id: string;
  name: string;
  short: string;
  dialect: string;
  create(target: Target): ChatOpenAI | ChatAnthropic;
}

const openAi = ({ url, key, timeoutMs }: Target, useResponsesApi: boolean) =>
  new ChatOpenAI({
    model: MODEL,
    apiKey: key,
    maxTokens: MAX_TOKENS,
    useResponsesApi,
    configuration: { baseURL: `${url}/v1` },
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
  });

const OPENAI: readonly Model[] = [
  {
    id: "chat",
    name: "`ChatOpenAI`",
    short: "chat",
    dialect: "openai-chat",
    create: (target) => openAi(target, false),
  },
  {
    id: "responses",
    name: "`ChatOpenAI`, Responses",
    short: "Responses",
    dialect: "openai-responses",
    create: (target) => openAi(target, true),
  },
];

const ANTHROPIC: Model = {
  id: "messages",
  name: "`ChatAnthropic`",
  short: "messages",
  dialect: "anthropic-messages",
  create: ({ url, key, timeoutMs }) =>
    new ChatAnthropic({
      model: MODEL,
      apiKey: key,
      maxTokens: MAX_TOKENS,
      anthropicApiUrl: url,
      ...(timeoutMs !== undefined && { clientOptions: { timeout: timeoutMs } }),
    }),
};

export const langChainOpenAi: ClientUnderTest = {
  id: "langchain-openai",
  title: "LangChain OpenAI",
  packages: ["@langchain/openai", "@langchain/core", "openai"],
  calls: OPENAI.flatMap((model) => [invoked(model), streamed(model)]),
};

export const langChainAnthropic: ClientUnderTest = {
  id: "langchain-anthropic",
  title: "LangChain Anthropic",
  packages: ["@langchain/anthropic", "@langchain/core", "@langchain/anthropic > @anthropic-ai/sdk"],
  calls: [invoked(ANTHROPIC), streamed(ANTHROPIC)],
};

function invoked({ id, name, short, dialect, create }: Model): CallStyle {
  return {
    id,
    title: `${name} \`.invoke\``,
    short,
    stream: false,
    dialect,
    async run(target) {
      const message = await create(target).invoke(PROMPT);
      return { finish: finishOf(message), text: message.text };
    },
  };
}

function streamed({ id, name, short, dialect, create }: Model): CallStyle {
  return {
    id: `${id}-stream`,
    title: `${name} \`.stream\``,
    short,
    stream: true,
    dialect,
    async run(target) {
      let finish: string | undefined;
      for await (const chunk of await create(target).stream(PROMPT)) {
        target.sawText(chunk.text);
        finish = finishOf(chunk) ?? finish;
      }
      return { finish };
    },
  };
}

function finishOf({
  response_metadata,
  additional_kwargs,
}: Pick<AIMessageChunk, "response_metadata" | "additional_kwargs">) {
  const { finish_reason, stop_reason, status } = response_metadata;
  const finish: unknown = finish_reason ?? stop_reason ?? status ?? additional_kwargs["stop_reason"];
  return typeof finish === "string" ? finish : undefined;
}
