import { GoogleGenAI } from "@google/genai";
import { type CallStyle, type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";

const REQUEST = { model: MODEL, contents: PROMPT, config: { maxOutputTokens: MAX_TOKENS } };
const dialect = "gemini";

export const genAi: ClientUnderTest = {
  id: "genai",
  title: "@google/genai (Node)",
  packages: ["@google/genai"],
  calls: callsOf({}),
};

export const genAiRetrying: ClientUnderTest = {
  id: "genai-retrying",
  title: "@google/genai (Node), retries switched on",
  packages: ["@google/genai"],
  setup: "`httpOptions: { retryOptions: { attempts: 3 } }`",
  calls: callsOf({ retryOptions: { attempts: 3 } }),
};

function callsOf(more: { retryOptions?: { attempts: number } }): CallStyle[] {
  const clientFor = ({ url, key, timeoutMs }: Target) =>
    new GoogleGenAI({
      apiKey: key,
      httpOptions: { baseUrl: url, ...more, ...(timeoutMs !== undefined && { timeout: timeoutMs }) },
    });
  return [
    {
      id: "generate",
      title: "`models.generateContent`",
      stream: false,
      dialect,
      async run(target) {
        const answer = await clientFor(target).models.generateContent(REQUEST);
        if (answer.candidates === undefined)
          return { finish: undefined, text: "", oddity: "an answer without candidates" };
        return { finish: answer.candidates[0]?.finishReason, text: answer.text ?? "" };
      },
    },
    {
      id: "generate-stream",
      title: "`models.generateContentStream`",
      stream: true,
      dialect,
      async run(target) {
        let finish: string | undefined;
        for await (const chunk of await clientFor(target).models.generateContentStream(REQUEST)) {
          target.sawText(chunk.text ?? "");
          finish = chunk.candidates?.[0]?.finishReason ?? finish;
        }
        return { finish };
      },
    },
  ];
}
