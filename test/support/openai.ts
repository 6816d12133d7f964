import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { LlmCall, PlainReply, ReplyContext, StreamFrame } from "../../src/core/dialect.ts";
import type { HeaderList, RawRequest, WireReply } from "../../src/core/exchange.ts";
import { openAiChat } from "../../src/providers/openai-chat.ts";

/** Sample bodies of OpenAI Chat Completions and a loopback server that plays the provider. */

export const CONTEXT: ReplyContext = {
  requestId: "req_test",
  wallMs: Date.UTC(2026, 0, 5, 12, 0, 0, 400),
  organization: "org-test",
};

export function chatRequest(body: unknown, path = "/v1/chat/completions"): RawRequest {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { method: "POST", path, headers: ["Content-Type", "application/json"], body: bytesOf(text) };
}

/** A recognised call; `changes` go into the request body. */
export function chatCall(changes: Record<string, unknown> = {}): LlmCall {
  const body = { model: "sample-model", messages: [{ role: "user", content: "Say hello." }], ...changes };
  const call = openAiChat.recognise(chatRequest(body));
  if (call === undefined) throw new Error("the sample body was not recognised");
  return call;
}

export function plainReply(changes: Partial<PlainReply> = {}): PlainReply {
  return {
    id: "chatcmpl-1",
    created: 1_767_614_400,
    pieces: ["Hel", "lo", " there"],
    finish: "stop",
    usage: { inputTokens: 3, outputTokens: 3 },
    ...changes,
  };
}

/** Parses the text of one SSE frame. */
export function frameOf(text: string, arrivedMs = 0): StreamFrame {
  const lines = text.split("\n").filter((line) => line.startsWith("data:"));
  const data = lines.length === 0 ? undefined : lines.map((line) => line.slice(5).trimStart()).join("\n");
  const event = /^event: ?(.*)$/m.exec(text)?.[1];
  return { bytes: bytesOf(text), arrivedMs, event, data, whole: true };
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export function streamReply(frames: readonly Uint8Array[], contentType = "text/event-stream"): WireReply {
  return { status: 200, headers: ["content-type", contentType], body: Buffer.concat(frames) };
}

/** Answers every request with this reply. Close it with `await using`. */
export async function serve(reply: WireReply): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(reply.status, [...reply.headers] as string[]).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function headersOf(headers: HeaderList): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < headers.length; i += 2) record[(headers[i] ?? "").toLowerCase()] = headers[i + 1] ?? "";
  return record;
}
