import { Mistral } from "@mistralai/mistralai";
import { type CallStyle, type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";

const CHAT = { model: MODEL, messages: [{ role: "user" as const, content: PROMPT }], maxTokens: MAX_TOKENS };
const dialect = "openai-chat";

const BACKOFF = {
  strategy: "backoff" as const,
  backoff: { initialInterval: 500, maxInterval: 60_000, exponent: 1.5, maxElapsedTime: 4_000 },
  retryConnectionErrors: true,
};

export const mistral: ClientUnderTest = {
  id: "mistral",
  title: "@mistralai/mistralai",
  packages: ["@mistralai/mistralai"],
  calls: callsOf({}),
};

export const mistralRetrying: ClientUnderTest = {
  id: "mistral-retrying",
  title: "@mistralai/mistralai with retries",
  variantOf: "mistral",
  packages: ["@mistralai/mistralai"],
  setup:
    "Retries switched on: `retryConfig` with a backoff from 500 ms, exponent 1.5, for at most 4 s, connection errors too.",
  calls: callsOf({ retryConfig: BACKOFF }),
};

function callsOf(more: { retryConfig?: typeof BACKOFF }): CallStyle[] {
  const clientFor = ({ url, key, timeoutMs }: Target) =>
    new Mistral({ serverURL: url, apiKey: key, ...more, ...(timeoutMs !== undefined && { timeoutMs }) });
  return [
    {
      id: "chat",
      title: "`chat.complete`",
      short: "chat",
      stream: false,
      dialect,
      async run(target) {
        const answer = await clientFor(target).chat.complete(CHAT);
        const [choice] = answer.choices;
        const content = choice?.message?.content;
        return { finish: choice?.finishReason ?? undefined, text: typeof content === "string" ? content : "" };
      },
    },
    {
      id: "chat-stream",
      title: "`chat.stream`",
      short: "chat",
      stream: true,
      dialect,
      async run(target) {
        let finish: string | undefined;
        for await (const { data } of await clientFor(target).chat.stream(CHAT)) {
          const content = data.choices[0]?.delta.content;
          target.sawText(typeof content === "string" ? content : "");
          finish = data.choices[0]?.finishReason ?? finish;
        }
        return { finish };
      },
    },
  ];
}
