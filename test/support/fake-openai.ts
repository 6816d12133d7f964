import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that reached the fake provider. */
export interface SeenRequest {
  model: string;
  prompt: string;
  atMs: number;
  headers: IncomingHttpHeaders;
}

/** How the fake provider answers one request. */
export type Behaviour = (res: ServerResponse, request: SeenRequest & { stream: boolean }) => Promise<void> | void;

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A whole answer of these words; `gapMs` between them. */
export const answer =
  ({ words = ["All", " is", " well."], finish = "stop", gapMs = 1 } = {}): Behaviour =>
  async (res, { stream }) => {
    if (!stream) {
      await pause(gapMs * words.length);
      const message = { role: "assistant", content: words.join("") };
      res.writeHead(200, { "content-type": "application/json" });
      res.end(
        JSON.stringify({ id: "x", object: "chat.completion", choices: [{ index: 0, message, finish_reason: finish }] }),
      );
      return;
    }
    res.writeHead(200, { "content-type": "text/event-stream" });
    for (const content of words) {
      res.write(chunk({ content }));
      await pause(gapMs);
    }
    res.end(`${chunk({}, finish)}data: [DONE]\n\n`);
  };

export const refuse =
  (status: number, headers: Record<string, string> = {}, code = "some_code"): Behaviour =>
  (res) => {
    res.writeHead(status, { "content-type": "application/json", ...headers });
    res.end(JSON.stringify({ error: { message: "provider words", type: "some_error", code } }));
  };

/** Ends cleanly in the middle: no finish, no terminator. */
export const truncated: Behaviour = (res) => {
  res.writeHead(200, { "content-type": "text/event-stream" });
  res.end(chunk({ content: "Half an" }));
};

/** Sends these words and then nothing more, without closing. */
export const stall =
  (...words: string[]): Behaviour =>
  (res) => {
    res.writeHead(200, { "content-type": "text/event-stream" });
    res.flushHeaders();
    for (const content of words) res.write(chunk({ content }));
  };

export interface FakeOpenAi {
  /** For OPENAI_BASE_URL. */
  baseUrl: string;
  seen: SeenRequest[];
  /** Of one model. */
  seenOf(model: string): SeenRequest[];
  readonly mostInFlight: number;
  close(): Promise<void>;
}

/** A loopback server with the Chat Completions path; `behave` picks the answer to each request. */
export async function startFakeOpenAi(behave: (request: SeenRequest, nth: number) => Behaviour): Promise<FakeOpenAi> {
  const seen: SeenRequest[] = [];
  const seenOf = (model: string) => seen.filter((request) => request.model === model);
  let inFlight = 0;
  let mostInFlight = 0;
  const server = createServer(async (req, res) => {
    const atMs = performance.now();
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    res.on("close", () => inFlight--);
    let text = "";
    for await (const part of req) text += part;
    const body = JSON.parse(text);
    const request = { model: body.model, prompt: body.messages.at(-1).content, atMs, headers: req.headers };
    seen.push(request);
    await behave(request, seenOf(request.model).length)(res, { ...request, stream: body.stream === true });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    seenOf,
    get mostInFlight() {
      return mostInFlight;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
