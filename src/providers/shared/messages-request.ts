import type { LlmCall } from "../../core/dialect.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, recordsOf, textOf, wholeNumber } from "./json.ts";

/** What a body of Anthropic's Messages asks for; undefined for one without a list of messages. */
export function readMessagesRequest(
  body: JsonRecord,
): Pick<LlmCall, "tools" | "inputTokens" | "maxOutputTokens" | "lastUserText"> | undefined {
  if (!Array.isArray(body["messages"])) return undefined;
  const messages = recordsOf(body["messages"]);
  const lastUserText = messages
    .filter(({ role }) => role === "user")
    .map(({ content }) => writtenText(content))
    // A tool's result comes back in the user's name too; the prompt is what the user wrote.
    .findLast((text) => text !== "");
  return {
    tools: recordsOf(body["tools"]).length > 0,
    inputTokens: promptTokens(body, messages),
    maxOutputTokens: wholeNumber(body["max_tokens"]),
    lastUserText: lastUserText ?? "",
  };
}

/** By characters. Images and files are not counted: their base64 text says nothing about their price. */
function promptTokens(body: JsonRecord, messages: readonly JsonRecord[]): number {
  const texts = [body["system"], ...messages.map(({ content }) => content)].map((content) => readText(content, 0));
  for (const part of ["tools", "output_config"]) if (isRecordOrList(body[part])) texts.push(JSON.stringify(body[part]));
  return estimateTokens(texts.join(""));
}

/** The text blocks of a message, or the message itself. */
function writtenText(content: unknown): string {
  if (typeof content === "string") return content;
  return recordsOf(content)
    .map((block) => textOf(block["text"]))
    .join("");
}

/** Results of tools hold blocks of their own, documents one more level; deeper is no prompt. */
const DEEPEST = 3;

/** Everything in a content that the model reads as text. */
function readText(content: unknown, depth: number): string {
  if (typeof content === "string") return content;
  if (depth > DEEPEST) return "";
  return recordsOf(content)
    .map((block) => {
      const source = isRecord(block["source"]) ? block["source"] : {};
      const document = source["type"] === "text" ? textOf(source["data"]) : readText(source["content"], depth + 1);
      const input = isRecord(block["input"]) ? JSON.stringify(block["input"]) : "";
      const own = textOf(block["text"]) + textOf(block["thinking"]) + input + document;
      return own + readText(block["content"], depth + 1);
    })
    .join("");
}

function isRecordOrList(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
