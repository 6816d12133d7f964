import type { LlmCall } from "../../src/core/dialect.ts";
import type { RawRequest } from "../../src/core/exchange.ts";
import { anthropicMessages } from "../../src/providers/anthropic-messages.ts";
import { bytesOf } from "./openai.ts";

/** Sample bodies of Anthropic Messages. */

const HEADERS = ["Content-Type", "application/json", "anthropic-version", "2023-06-01"];

export function messagesRequest(body: unknown, { path = "/v1/messages", headers = HEADERS } = {}): RawRequest {
  return { method: "POST", path, headers, body: bytesOf(JSON.stringify(body)) };
}

/** A recognised call; `changes` go into the request body. */
export function messagesCall(changes: Record<string, unknown> = {}): LlmCall {
  const body = { model: "sample-model", max_tokens: 500, messages: [{ role: "user", content: "Say hello." }] };
  const call = anthropicMessages.recognise(messagesRequest({ ...body, ...changes }));
  if (call === undefined) throw new Error("the sample body was not recognised");
  return call;
}
