import { GoogleGenAI } from "@google/genai";
import { type CallStyle, type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";
import { oddityOf } from "../oddity.ts";

const REQUEST = { model: MODEL, contents: PROMPT, config: { maxOutputTokens: MAX_TOKENS } };
const dialect = "gemini";

export const genAi: ClientUnderTest = {
  id: "genai",
  title: "@google/genai",
  packages: ["@google/genai"],
  calls: callsOf({}),
};

export const genAiRetrying: ClientUnderTest = {
  id: "genai-retrying",
  title: "@google/genai with retries",
  variantOf: "genai",
  packages: ["@google/genai"],
  setup: "Retries switched on: `httpOptions: { retryOptions: { attempts: 3 } }`.",
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
      short: "generate",
      stream: false,
      dialect,
      async run(target) {
        const answer = await clientFor(target).models.generateContent(REQUEST);
        const oddity = oddityOf(answer, "candidates");
        if (oddity !== undefined) return { finish: undefined, oddity };
        return { finish: answer.candidates?.[0]?.finishReason, text: answer.text ?? "" };
      },
    },
    {
      id: "generate-stream",
      title: "`models.generateContentStream`",
      short: "generate",
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
