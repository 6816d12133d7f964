import Anthropic from "@anthropic-ai/sdk";
import { type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";
import { oddityOf } from "../oddity.ts";

const MESSAGE = { model: MODEL, max_tokens: MAX_TOKENS, messages: [{ role: "user" as const, content: PROMPT }] };

const clientFor = ({ url, key, timeoutMs }: Target) =>
  new Anthropic({ baseURL: url, apiKey: key, ...(timeoutMs !== undefined && { timeout: timeoutMs }) });

const dialect = "anthropic-messages";

export const anthropic: ClientUnderTest = {
  id: "anthropic",
  title: "@anthropic-ai/sdk",
  packages: ["@anthropic-ai/sdk"],
  calls: [
    {
      id: "messages",
      title: "`messages.create`",
      short: "create",
      stream: false,
      dialect,
      async run(target) {
        const message = await clientFor(target).messages.create(MESSAGE);
        const oddity = oddityOf(message, "content");
        if (oddity !== undefined) return { finish: undefined, oddity };
        const text = message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
        return { finish: message.stop_reason ?? undefined, text };
      },
    },
    {
      id: "messages-create-stream",
      title: "`messages.create({ stream: true })`",
      short: "create",
      stream: true,
      dialect,
      async run(target) {
        let finish: string | undefined;
        for await (const event of await clientFor(target).messages.create({ ...MESSAGE, stream: true })) {
          if (event.type === "content_block_delta" && event.delta.type === "text_delta")
            target.sawText(event.delta.text);
          if (event.type === "message_delta") finish = event.delta.stop_reason ?? finish;
        }
        return { finish };
      },
    },
    {
      id: "messages-stream",
      title: "`messages.stream()`",
      short: "`stream()`",
      stream: true,
      dialect,
      async run(target) {
        const stream = clientFor(target).messages.stream(MESSAGE);
        stream.on("text", (delta) => target.sawText(delta));
        return { finish: (await stream.finalMessage()).stop_reason ?? undefined };
      },
    },
  ],
};
