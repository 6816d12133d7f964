import { once } from "node:events";
import { request } from "node:http";
import { LLMock } from "@copilotkit/aimock";
import OpenAI, { RateLimitError } from "openai";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type Cli, eventsOf, freshFolder, runFolderIn, startProxyCli } from "../support/e2e.ts";

// An OpenAI-compatible server that we did not write is the upstream; what it says must arrive as it said it.

const TEXT = "Interoperability is proven only against what somebody else wrote.";
/** Fixed where the server would otherwise draw them anew for each answer. */
const FIXED = { id: "chatcmpl-fixed", created: 1_700_000_000, systemFingerprint: "fp_fixed" };
const MODEL = "sample-model";
const HELLO = { model: MODEL, messages: [{ role: "user" as const, content: "hello" }] };

async function startMock(): Promise<string> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
  mock.onMessage("hello", { content: TEXT, ...FIXED });
  mock.onMessage("weather", {
    toolCalls: [{ id: "call_fixed", name: "weather", arguments: '{"city":"Oslo"}' }],
    ...FIXED,
  });
  const url = await mock.start();
  onTestFinished(() => mock.stop());
  return url;
}

/** Status, headers as they were sent, and body bytes. */
async function raw(base: string, path: string, body?: object) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    "content-type": "application/json",
    authorization: "Bearer sk-sample-key-0001",
    "x-request-id": "fixed",
  };
  const sent = request(new URL(path, base), { method: text === undefined ? "GET" : "POST", headers, agent: false });
  sent.end(text);
  const [reply] = await once(sent, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk);
  return {
    status: reply.statusCode,
    headers: endToEnd(reply.rawHeaders),
    body: Buffer.concat(chunks).toString("latin1"),
  };
}

/** Without the headers of the connection and of the moment. */
function endToEnd(rawHeaders: string[]): string[] {
  const own = new Set(["connection", "keep-alive", "transfer-encoding", "date"]);
  const pairs: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!own.has((rawHeaders[i] ?? "").toLowerCase())) pairs.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return pairs;
}

describe("aimock as the upstream", () => {
  let upstream: string;
  let proxy: Cli & { url: string };
  let cwd: string;
  const start = async (...faults: string[]) => {
    cwd = freshFolder();
    proxy = await startProxyCli(["--upstream", upstream, ...faults.flatMap((fault) => ["--fault", fault])], { cwd });
    return new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "sk-sample-key-0001", maxRetries: 0 });
  };
  const stop = async () => {
    proxy.signal("SIGTERM");
    expect(await proxy.exited, proxy.stderr()).toBe(0);
    return eventsOf(runFolderIn(cwd));
  };
  beforeEach(async () => {
    upstream = await startMock();
  });

  it("is passed on byte for byte, streamed and not, whatever was asked", async () => {
    await start();
    const bodies = [
      HELLO,
      { ...HELLO, stream: true },
      { ...HELLO, stream: true, stream_options: { include_usage: true } },
      { model: MODEL, messages: [{ role: "user", content: "weather" }], stream: true },
      { model: MODEL, messages: [{ role: "user", content: "nobody prepared this" }] },
    ];
    for (const body of bodies) {
      const direct = await raw(upstream, "/v1/chat/completions", body);
      expect(direct.body.length).toBeGreaterThan(0);
      expect(await raw(proxy.url, "/v1/chat/completions", body)).toEqual(direct);
    }
    // No inference call: passed through as well.
    expect(await raw(proxy.url, "/v1/models")).toEqual(await raw(upstream, "/v1/models"));
    const events = await stop();
    expect(events.filter((event) => event.type === "reply_ended" && event.how === "complete")).toHaveLength(
      bodies.length,
    );
    expect(events.filter((event) => event.type === "finish_seen").map((event) => event.finish)).toEqual(
      expect.arrayContaining(["stop", "tool_calls"]),
    );
    expect(events.filter((event) => event.type === "usage_seen").length).toBeGreaterThanOrEqual(2);
  });

  it("serves the official SDK through the proxy", async () => {
    const client = await start();
    const plain = await client.chat.completions.create(HELLO);
    expect(plain.choices[0]).toMatchObject({ message: { content: TEXT }, finish_reason: "stop" });
    let text = "";
    const stream = await client.chat.completions.create({ ...HELLO, stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
    expect(text).toBe(TEXT);
    const called = await client.chat.completions
      .stream({ model: MODEL, messages: [{ role: "user", content: "weather" }] })
      .finalChatCompletion();
    expect(called.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: "weather", arguments: '{"city":"Oslo"}' },
    });
    await stop();
  });

  it("can be truncated: the SDK takes the half for a whole, the log does not", async () => {
    const client = await start("truncate: { after: { tokens: 4 } }");
    let text = "";
    let finish: string | null | undefined;
    const stream = await client.chat.completions.create({ ...HELLO, stream: true });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThan(TEXT.length);
    expect(TEXT.startsWith(text)).toBe(true);
    expect(finish).toBeUndefined();
    const ended = (await stop()).find((event) => event.type === "reply_ended");
    expect(ended).toMatchObject({ how: "complete", finish: false });
  });

  it("can be given a wall it does not have, in the provider's own words", async () => {
    const client = await start("rate_limit: { dimension: tpm, retry_after: 3s }");
    const error = await client.chat.completions.create(HELLO).catch((caught: unknown) => caught);
    if (!(error instanceof RateLimitError)) throw new Error(`no 429 came: ${error}`);
    expect(error.headers.get("retry-after")).toBe("3");
    expect(error.message).toMatch(/tokens per min \(TPM\).*Please try again in 3s/);
    const events = await stop();
    expect(
      events.some((event) => event.type === "upstream_started"),
      "the upstream was not asked",
    ).toBe(false);
    expect(events.find((event) => event.type === "call_refused")).toMatchObject({
      origin: "scripted",
      synthetic: true,
    });
  });
});
