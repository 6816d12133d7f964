import type { LlmCall } from "../../core/dialect.ts";
import type { RawRequest } from "../../core/exchange.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf, wholeNumber } from "../shared/json.ts";
import { addressOf } from "./address.ts";

/** The colon in front of the method is Google's own; countTokens and embedContent have it too, but answer with no model's words. */
export function concernsGemini(request: Pick<RawRequest, "method" | "path">): boolean {
  return request.method === "POST" && addressOf(request.path) !== undefined;
}

/** Undefined for a body that is not JSON or has no contents. Fields it does not know are left alone. */
export function recogniseGemini(request: RawRequest): LlmCall | undefined {
  const address = addressOf(request.path);
  const body = parseRecord(request.body);
  const contents = recordsIn(body?.["contents"]);
  if (address === undefined || body === undefined || contents.length === 0) return undefined;
  const config = fieldOf(body, "generationConfig", "generation_config");
  const settings = isRecord(config) ? config : {};
  return {
    dialect: "gemini",
    provider: address.vertex ? "vertex" : "gemini",
    model: address.model,
    stream: address.stream,
    // Every chunk has its usage so far, asked for or not.
    usageInStream: true,
    tools: recordsIn(body["tools"]).some((tool) => Object.keys(tool).length > 0),
    inputTokens: promptTokens(body, contents, settings),
    maxOutputTokens: wholeNumber(fieldOf(settings, "maxOutputTokens", "max_output_tokens")),
    choices: Math.max(1, wholeNumber(fieldOf(settings, "candidateCount", "candidate_count")) ?? 1),
    ...(address.stream && !address.sse && { framing: "json_array" as const }),
    ...(address.version !== undefined && { apiVersion: address.version }),
    lastUserText: lastUserText(contents),
    body,
  };
}

/** Google's JSON takes lowerCamelCase and the field's own snake_case name. */
function fieldOf(record: JsonRecord, camel: string, snake: string): unknown {
  return record[camel] ?? record[snake];
}

/** A repeated field may be a single object: Google's own samples write it so. */
function recordsIn(value: unknown): JsonRecord[] {
  return isRecord(value) ? [value] : recordsOf(value);
}

/** The bearer of a tool's result has the role of a user as well, but no text. */
function lastUserText(contents: readonly JsonRecord[]): string {
  const texts = contents
    .filter(({ role }) => role === undefined || role === "user")
    .map((content) =>
      recordsIn(content["parts"])
        .map((part) => textOf(part["text"]))
        .join(""),
    );
  return texts.findLast((text) => text !== "") ?? "";
}

/** By characters. An image, a sound or a file is not counted: its base64 text or address says nothing about its price. */
function promptTokens(body: JsonRecord, contents: readonly JsonRecord[], settings: JsonRecord): number {
  const system = recordsIn(fieldOf(body, "systemInstruction", "system_instruction"));
  const texts = [...system, ...contents].flatMap((content) => recordsIn(content["parts"]).map(partText));
  const schemas = [
    body["tools"],
    fieldOf(settings, "responseSchema", "response_schema"),
    fieldOf(settings, "responseJsonSchema", "response_json_schema"),
  ];
  for (const schema of schemas) if (schema !== undefined && schema !== null) texts.push(JSON.stringify(schema));
  return estimateTokens(texts.join(""));
}

function partText(part: JsonRecord): string {
  const call = fieldOf(part, "functionCall", "function_call");
  const result = fieldOf(part, "functionResponse", "function_response");
  return [textOf(part["text"]), ...[call, result].filter(isRecord).map((value) => JSON.stringify(value))].join("");
}
