import type { LlmCall } from "../../core/dialect.ts";
import { headerValue, type RawRequest } from "../../core/exchange.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf, wholeNumber } from "../shared/json.ts";
import { postsTo } from "../shared/openai-request.ts";

/** Behind any prefix. What follows it (`/count_tokens`, `/batches`) is no inference call. */
const ENDING = "/messages";
const VERSIONED = "/v1/messages";

/**
 * `/messages` alone is also a path of OpenAI's threads and of many chat servers, so without the version segment before it
 * a header must say whose it is. Keys are no sign: this API takes them in x-api-key and in Authorization.
 */
export function concernsMessages(request: Pick<RawRequest, "method" | "path" | "headers">): boolean {
  if (!postsTo(request, ENDING)) return false;
  return postsTo(request, VERSIONED) || headerValue(request.headers, "anthropic-version") !== undefined;
}

/** Undefined for a body that is not JSON, names no model or brings no list of messages. Fields it does not know are left alone. */
export function recogniseMessages(request: RawRequest): LlmCall | undefined {
  const body = parseRecord(request.body);
  const model = textOf(body?.["model"]);
  if (body === undefined || model === "" || !Array.isArray(body["messages"])) return undefined;
  const messages = recordsOf(body["messages"]);
  const lastUserText = messages
    .filter(({ role }) => role === "user")
    .map(({ content }) => writtenText(content))
    // A tool's result comes back in the user's name too; the prompt is what the user wrote.
    .findLast((text) => text !== "");
  return {
    dialect: "anthropic-messages",
    provider: "anthropic",
    model,
    stream: body["stream"] === true,
    usageInStream: true,
    tools: recordsOf(body["tools"]).length > 0,
    inputTokens: promptTokens(body, messages),
    maxOutputTokens: wholeNumber(body["max_tokens"]),
    choices: 1,
    lastUserText: lastUserText ?? "",
    body,
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
