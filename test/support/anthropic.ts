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

/**
 * A stream in the shape of real ones: cached input told at the start, thinking with its signature, a tool call, running totals at the
 * end, pings where nobody expects them, and events and fields that no reader here knows.
 */
export const RECORDED_SHAPE = [
  `event: message_start\ndata: {"type":"message_start","message":{"model":"sample-model","id":"msg_01ABC","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"cache_creation_input_tokens":100,"cache_read_input_tokens":900,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":0},"output_tokens":3,"service_tier":"standard"}}        }\n\n`,
  `event: ping\ndata: {"type": "ping"}\n\n`,
  `event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}           }\n\n`,
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"The user asks for \\"usage\\": 3."}}\n\n`,
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQBCkYIBRgCKkA="}    }\n\n`,
  `event: content_block_stop\ndata: {"type":"content_block_stop","index":0      }\n\n`,
  `event: content_block_start\ndata: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}\n\n`,
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Grüß"}     }\n\n`,
  `event: ping\ndata: {"type": "ping"}\n\n`,
  `event: weather_report\ndata: {"type":"weather_report","mood":{"sun":true}}\n\n`,
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" Gott."},"extension":[1,2]}\n\n`,
  `event: content_block_stop\ndata: {"type":"content_block_stop","index":1 }\n\n`,
  `event: content_block_start\ndata: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_01XYZ","name":"weather","input":{}}}\n\n`,
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}\n\n`,
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\\"city\\": \\"Rome\\"}"}}\n\n`,
  `event: content_block_stop\ndata: {"type":"content_block_stop","index":2}\n\n`,
  `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":77}   }\n\n`,
  `event: message_stop\ndata: {"type":"message_stop"       }\n\n`,
] as const;
