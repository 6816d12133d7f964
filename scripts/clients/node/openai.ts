import OpenAI from "openai";
import OpenAI6 from "openai-6";
import { type CallStyle, type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";
import { oddityOf } from "../oddity.ts";

const MESSAGES = [{ role: "user" as const, content: PROMPT }];
const CHAT = { model: MODEL, messages: MESSAGES, max_tokens: MAX_TOKENS };
const RESPONSE = { model: MODEL, input: PROMPT, max_output_tokens: MAX_TOKENS };

export const openAi7 = openAiClient("openai", "openai 7", "openai", OpenAI);
// The two majors are called in the same way; only their types do not know it of each other.
export const openAi6 = openAiClient("openai-6", "openai 6", "openai-6", OpenAI6 as unknown as typeof OpenAI);

function openAiClient(id: string, title: string, name: string, Package: typeof OpenAI): ClientUnderTest {
  const clientFor = ({ url, key, timeoutMs }: Target) =>
    new Package({ baseURL: `${url}/v1`, apiKey: key, ...(timeoutMs !== undefined && { timeout: timeoutMs }) });
  return { id, title, packages: [name], calls: [...chatCalls(clientFor), ...responsesCalls(clientFor)] };
}

type ClientFor = (target: Target) => OpenAI;

function chatCalls(clientFor: ClientFor): CallStyle[] {
  const dialect = "openai-chat";
  return [
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
        const [choice] = answer.choices;
        return { finish: choice?.finish_reason, text: choice?.message.content ?? "" };
      },
    },
    {
      id: "chat-create-stream",
      title: "`chat.completions.create({ stream: true })`",
      short: "chat create",
      stream: true,
      dialect,
      async run(target) {
        let finish: string | undefined;
        for await (const chunk of await clientFor(target).chat.completions.create({ ...CHAT, stream: true })) {
          target.sawText(chunk.choices?.[0]?.delta.content ?? "");
          finish = chunk.choices?.[0]?.finish_reason ?? finish;
        }
        return { finish };
      },
    },
    {
      id: "chat-stream",
      title: "`chat.completions.stream()`",
      short: "chat `stream()`",
      stream: true,
      dialect,
      async run(target) {
        const stream = clientFor(target).chat.completions.stream(CHAT);
        stream.on("content", (delta) => target.sawText(delta));
        const completion = await stream.finalChatCompletion();
        return { finish: completion.choices[0]?.finish_reason };
      },
    },
  ];
}

function responsesCalls(clientFor: ClientFor): CallStyle[] {
  const dialect = "openai-responses";
  return [
    {
      id: "responses",
      title: "`responses.create`",
      short: "Responses",
      stream: false,
      dialect,
      async run(target) {
        const response = await clientFor(target).responses.create(RESPONSE);
        const oddity = oddityOf(response, "output_text");
        if (oddity !== undefined) return { finish: undefined, oddity };
        return { finish: response.status, text: response.output_text };
      },
    },
    {
      id: "responses-create-stream",
      title: "`responses.create({ stream: true })`",
      short: "Responses create",
      stream: true,
      dialect,
      async run(target) {
        let finish: string | undefined;
        for await (const event of await clientFor(target).responses.create({ ...RESPONSE, stream: true })) {
          if (event.type === "response.output_text.delta") target.sawText(event.delta);
          // Where it does not throw, the app has to see these by itself.
          if (event.type === "response.completed" || event.type === "response.failed" || event.type === "error")
            finish = event.type;
        }
        return { finish };
      },
    },
    {
      id: "responses-stream",
      title: "`responses.stream()`",
      short: "Responses `stream()`",
      stream: true,
      dialect,
      async run(target) {
        const stream = clientFor(target).responses.stream(RESPONSE);
        stream.on("response.output_text.delta", ({ delta }) => target.sawText(delta));
        return { finish: (await stream.finalResponse()).status };
      },
    },
  ];
}
