import { BedrockRuntimeClient, type BedrockRuntimeClientConfig } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { onTestFinished } from "vitest";
import type { LlmCall, StreamFrame } from "../../src/core/dialect.ts";
import type { RawRequest } from "../../src/core/exchange.ts";
import { bedrock, bedrockInvoke } from "../../src/providers/bedrock.ts";
import { createAwsEventStreamSplitter, encodeAwsMessage } from "../../src/sse/index.ts";
import { bytesOf } from "./openai.ts";

/** Sample requests of Amazon Bedrock, and its official client. */

export const EVENT_STREAM = "application/vnd.amazon.eventstream";
export const MODEL = "us.vendor.sample-model-v1:0";
/** Not a key; in the form of a bearer token. */
export const TOKEN = "bedrock-api-key-not-a-key-0001";

export type Operation = "converse" | "converse-stream" | "invoke" | "invoke-with-response-stream";

export const SAY_HELLO = { role: "user" as const, content: [{ text: "Say hello." }] };

export function converseBody(changes: object = {}): object {
  return { messages: [SAY_HELLO], inferenceConfig: { maxTokens: 500 }, ...changes };
}

export function claudeBody(changes: object = {}): object {
  const messages = [{ role: "user", content: "Say hello." }];
  return { anthropic_version: "bedrock-2023-05-31", max_tokens: 500, messages, ...changes };
}

export function pathOf(operation: Operation, model = MODEL): string {
  return `/model/${encodeURIComponent(model)}/${operation}`;
}

export function bedrockRequest(
  operation: Operation,
  { body = converseBody(), model = MODEL }: { body?: object; model?: string } = {},
): RawRequest {
  const headers = ["Content-Type", "application/json", "Authorization", `Bearer ${TOKEN}`];
  return { method: "POST", path: pathOf(operation, model), headers, body: bytesOf(JSON.stringify(body)) };
}

export function bedrockCall(operation: Operation, options: { body?: object; model?: string } = {}): LlmCall {
  const dialect = operation.startsWith("converse") ? bedrock : bedrockInvoke;
  const call = dialect.recognise(bedrockRequest(operation, options));
  if (call === undefined) throw new Error("the sample body was not recognised");
  return call;
}

/** The one message of these bytes, as the splitter cuts it. */
export function awsFrame(bytes: Uint8Array): StreamFrame {
  const [frame] = createAwsEventStreamSplitter().push(bytes);
  if (frame === undefined) throw new Error("no whole message");
  return { ...frame, arrivedMs: 0 };
}

export function eventOf(type: string, payload: unknown): Uint8Array {
  return encodeAwsMessage(
    { ":event-type": type, ":content-type": "application/json", ":message-type": "event" },
    JSON.stringify(payload),
  );
}

export function exceptionOf(type: string, payload: unknown): Uint8Array {
  return encodeAwsMessage(
    { ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" },
    JSON.stringify(payload),
  );
}

/** A stream in the shape of real ones: padding, letters of more than one byte, reasoning, a tool call, an event nobody knows. */
export function recordedShape(): Uint8Array[] {
  const delta = (contentBlockIndex: number, piece: object, p = "abcdefghij") =>
    eventOf("contentBlockDelta", { contentBlockIndex, delta: piece, p });
  return [
    eventOf("messageStart", { role: "assistant", p: "abcdefghijklmnopqrstu" }),
    delta(0, { reasoningContent: { text: 'The user asks for "usage": 3.' } }),
    delta(0, { reasoningContent: { signature: "EqQBCkYIBRgCKkA=" } }),
    eventOf("contentBlockStop", { contentBlockIndex: 0, p: "abc" }),
    delta(1, { text: "Grüß" }, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"),
    delta(1, { text: " Gott. 🌤" }),
    eventOf("weatherReport", { mood: { sun: true } }),
    eventOf("contentBlockStop", { contentBlockIndex: 1 }),
    eventOf("contentBlockStart", {
      contentBlockIndex: 2,
      start: { toolUse: { toolUseId: "tooluse_01XYZ", name: "weather" } },
    }),
    delta(2, { toolUse: { input: "" } }),
    delta(2, { toolUse: { input: '{"city": "Rome"}' } }),
    eventOf("contentBlockStop", { contentBlockIndex: 2 }),
    eventOf("messageStop", { stopReason: "tool_use", p: "ab" }),
    eventOf("metadata", {
      usage: {
        inputTokens: 12,
        outputTokens: 77,
        totalTokens: 1089,
        cacheReadInputTokens: 900,
        cacheWriteInputTokens: 100,
      },
      metrics: { latencyMs: 1_523 },
      p: "abcdefg",
    }),
  ];
}

/** The official client, over HTTP/1.1 and with a bearer token, as a user of the proxy must set it. Undefined: it finds the endpoint itself. */
export function bedrockClient(
  endpoint: string | undefined,
  more: BedrockRuntimeClientConfig = {},
): BedrockRuntimeClient {
  const client = new BedrockRuntimeClient({
    ...(endpoint !== undefined && { endpoint }),
    region: "us-east-1",
    token: { token: TOKEN },
    authSchemePreference: ["httpBearerAuth"],
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
    ...more,
  });
  onTestFinished(() => client.destroy());
  return client;
}
