import type { LlmCall } from "../../core/dialect.ts";
import type { RawRequest } from "../../core/exchange.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, parseRecord, textOf, wholeNumber } from "../shared/json.ts";
import { readMessagesRequest } from "../shared/messages-request.ts";
import { type Address, addressOf } from "./address.ts";
import { readConverseRequest } from "./converse-request.ts";
import { shapeOf } from "./shape.ts";

type Asked = Pick<LlmCall, "tools" | "inputTokens" | "maxOutputTokens" | "lastUserText">;

/** The path alone is sign enough: no other API has one like it. Signed or with a bearer token, it is the same call. */
export function concerns(operation: Address["operation"], { method, path }: Pick<RawRequest, "method" | "path">) {
  return method === "POST" && addressOf(path)?.operation === operation;
}

/** Undefined for a body without messages (Converse) or without any prompt (InvokeModel). Fields it does not know are left alone. */
export function recognise(operation: Address["operation"], request: RawRequest): LlmCall | undefined {
  const address = addressOf(request.path);
  const body = parseRecord(request.body);
  if (address?.operation !== operation || body === undefined) return undefined;
  const asked = operation === "converse" ? readConverseRequest(body) : readInvokeRequest(body);
  if (asked === undefined) return undefined;
  return {
    dialect: operation === "converse" ? "bedrock" : "bedrock-invoke",
    provider: "bedrock",
    model: address.model,
    stream: address.stream,
    usageInStream: true,
    choices: 1,
    ...asked,
    body,
  };
}

function readInvokeRequest(body: JsonRecord): Asked | undefined {
  switch (shapeOf(body)) {
    case "messages":
      return readMessagesRequest(body);
    case "nova":
      return readConverseRequest(body);
    case "titan":
      return titanRequest(body);
    case "other":
      return otherRequest(body);
  }
}

function titanRequest(body: JsonRecord): Asked {
  const config = isRecord(body["textGenerationConfig"]) ? body["textGenerationConfig"] : {};
  const text = textOf(body["inputText"]);
  return {
    tools: false,
    inputTokens: estimateTokens(text),
    maxOutputTokens: wholeNumber(config["maxTokenCount"]),
    lastUserText: text,
  };
}

/** Where the bodies of the other models (Llama, Mistral, Cohere, AI21, OpenAI's open ones …) keep their prompt and its bound. */
const PROMPTS = ["prompt", "messages", "message", "input", "texts"];
const BOUNDS = ["max_tokens", "max_gen_len", "max_completion_tokens", "maxTokens", "max_new_tokens"];

function otherRequest(body: JsonRecord): Asked | undefined {
  const prompts = PROMPTS.map((name) => body[name]).filter((value) => value !== undefined && value !== null);
  if (prompts.length === 0) return undefined;
  const texts = prompts.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return {
    tools: Array.isArray(body["tools"]) && body["tools"].length > 0,
    inputTokens: estimateTokens(texts.join("")),
    maxOutputTokens: BOUNDS.map((name) => wholeNumber(body[name])).find((bound) => bound !== undefined),
    lastUserText: texts.at(-1) ?? "",
  };
}
