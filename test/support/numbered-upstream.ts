import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A provider whose every event has a number, so that one lost, doubled or out of order would show. Closed with the test. */
export async function startNumberedUpstream({ events = 120, gapMs = 5 } = {}) {
  const frame = (n: number) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: ` word-${n}` }, finish_reason: null }] })}\n\n`;
  const last = `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;
  const server = createServer(async (request, response) => {
    request.resume();
    await once(request, "end");
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let n = 0; n < events && !response.destroyed; n++) {
      response.write(frame(n));
      await new Promise((resolve) => setTimeout(resolve, gapMs));
    }
    response.end(last);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What every caller must get, to the byte. */
    whole: Array.from({ length: events }, (_, n) => frame(n)).join("") + last,
  };
}

export interface OpenStream {
  status: number;
  /** What came so far. */
  text(): string;
  /** Resolves when this much came. */
  reached(bytes: number): Promise<void>;
  /** The whole, when it has ended. */
  ended: Promise<string>;
}

/** A streamed call through the proxy at `url`, read as it comes. */
export async function openStream(url: string, model: string): Promise<OpenStream> {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Count" }] });
  const headers = { "content-type": "application/json" };
  const reply = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
  let text = "";
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of reply.body ?? []) text += decoder.decode(chunk, { stream: true });
    return text;
  };
  const ended = read();
  ended.catch(() => {});
  const reached = async (bytes: number) => {
    while (text.length < bytes) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { status: reply.status, text: () => text, reached, ended };
}
