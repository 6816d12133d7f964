import { AzureOpenAI } from "openai";
import { type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";
import { oddityOf } from "../oddity.ts";

const CHAT = { model: MODEL, messages: [{ role: "user" as const, content: PROMPT }], max_tokens: MAX_TOKENS };

const clientFor = ({ url, key, timeoutMs }: Target) =>
  new AzureOpenAI({
    endpoint: url,
    apiKey: key,
    apiVersion: "2024-10-21",
    deployment: MODEL,
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
  });

const dialect = "azure-openai";

export const azure: ClientUnderTest = {
  id: "azure",
  title: "openai 7, AzureOpenAI",
  packages: ["openai"],
  calls: [
    {
      id: "chat",
      title: "`chat.completions.create`",
      short: "chat",
      stream: false,
      dialect,
      async run(target) {
        const answer = await clientFor(target).chat.completions.create(CHAT);
        const oddity = oddityOf(answer, "choices");
        if (oddity !== undefined) return { finish: undefined, oddity };
        return { finish: answer.choices[0]?.finish_reason, text: answer.choices[0]?.message.content ?? "" };
      },
    },
    {
      id: "chat-stream",
      title: "`chat.completions.create({ stream: true })`",
      short: "chat create",
      stream: true,
      dialect,
      async run(target) {
        let finish: string | undefined;
        for await (const chunk of await clientFor(target).chat.completions.create({ ...CHAT, stream: true })) {
          target.sawText(chunk.choices?.[0]?.delta?.content ?? "");
          finish = chunk.choices?.[0]?.finish_reason ?? finish;
        }
        return { finish };
      },
    },
  ],
};
