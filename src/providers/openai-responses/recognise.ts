import type { LlmCall } from "../../core/dialect.ts";
import type { RawRequest } from "../../core/exchange.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { type JsonRecord, parseRecord, recordsOf, textOf, wholeNumber } from "../shared/json.ts";
import { contentText } from "../shared/openai-request.ts";

/** Undefined for a body that is not JSON or names no model (a stored prompt may name it; such a call passes unread). */
export function recogniseResponses(request: RawRequest, provider: string): LlmCall | undefined {
  const body = parseRecord(request.body);
  const model = textOf(body?.["model"]);
  if (body === undefined || model === "") return undefined;
  const items = recordsOf(body["input"]);
  const lastUser = items.findLast((item) => item["role"] === "user");
  return {
    dialect: `${provider}-responses`,
    provider,
    model,
    stream: body["stream"] === true,
    // The last event always has it.
    usageInStream: true,
    tools: recordsOf(body["tools"]).length > 0,
    inputTokens: promptTokens(body, items),
    maxOutputTokens: wholeNumber(body["max_output_tokens"]),
    choices: 1,
    lastUserText: textOf(body["input"]) || contentText(lastUser?.["content"]),
    body,
  };
}

/** By characters. What the conversation held before (`previous_response_id`) is charged too, but only the provider knows it. */
function promptTokens(body: JsonRecord, items: readonly JsonRecord[]): number {
  const texts = [textOf(body["instructions"]), textOf(body["input"]), ...items.map(itemText)];
  for (const part of ["tools", "text"]) {
    if (body[part] !== undefined && body[part] !== null) texts.push(JSON.stringify(body[part]));
  }
  return estimateTokens(texts.join(""));
}

/** Messages, calls of tools and what came of them. Images are not counted: their base64 says nothing about their price. */
function itemText(item: JsonRecord): string {
  return contentText(item["content"]) + textOf(item["arguments"]) + contentText(item["output"]);
}
