import type { LlmCall } from "../../core/dialect.ts";
import type { RawRequest } from "../../core/exchange.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf, wholeNumber } from "../shared/json.ts";
import { contentText } from "../shared/openai-request.ts";

/** Undefined for a body that is not JSON or names no model. Fields it does not know are left alone. */
export function recogniseChat(request: RawRequest, provider: string): LlmCall | undefined {
  const body = parseRecord(request.body);
  const model = textOf(body?.["model"]);
  if (body === undefined || model === "") return undefined;
  const options = body["stream_options"];
  const messages = recordsOf(body["messages"]);
  const lastUser = messages.findLast((message) => message["role"] === "user");
  return {
    dialect: `${provider}-chat`,
    provider,
    model,
    stream: body["stream"] === true,
    usageInStream: isRecord(options) && options["include_usage"] === true,
    tools: recordsOf(body["tools"]).length > 0 || recordsOf(body["functions"]).length > 0,
    inputTokens: promptTokens(body, messages),
    maxOutputTokens: wholeNumber(body["max_completion_tokens"]) ?? wholeNumber(body["max_tokens"]),
    choices: Math.max(1, wholeNumber(body["n"]) ?? 1),
    lastUserText: contentText(lastUser?.["content"]),
    body,
  };
}

/** By characters, as the provider's limiter does. An image or a sound is not counted: its base64 text says nothing about its price. */
function promptTokens(body: JsonRecord, messages: readonly JsonRecord[]): number {
  const texts = messages.flatMap((message) => [
    contentText(message["content"]),
    ...recordsOf(message["tool_calls"]).map((call) =>
      isRecord(call["function"]) ? textOf(call["function"]["arguments"]) : "",
    ),
  ]);
  for (const part of ["tools", "functions", "response_format"]) {
    if (body[part] !== undefined && body[part] !== null) texts.push(JSON.stringify(body[part]));
  }
  return estimateTokens(texts.join(""));
}
