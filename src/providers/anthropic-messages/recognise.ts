import type { LlmCall } from "../../core/dialect.ts";
import { headerValue, type RawRequest } from "../../core/exchange.ts";
import { parseRecord, textOf } from "../shared/json.ts";
import { readMessagesRequest } from "../shared/messages-request.ts";
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
  const prompt = body && readMessagesRequest(body);
  if (body === undefined || model === "" || prompt === undefined) return undefined;
  return {
    dialect: "anthropic-messages",
    provider: "anthropic",
    model,
    stream: body["stream"] === true,
    usageInStream: true,
    choices: 1,
    ...prompt,
    body,
  };
}
