import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { dialects } from "../../src/providers/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createStub } from "../../src/upstreams/index.ts";
import { groqClient, mistralClient, openRouterClient } from "../support/compatible-clients.ts";
import { spec } from "../support/limits.ts";
import { failureOf } from "../support/openai-clients.ts";
import { pause, startTestProxy, startUpstream } from "../support/proxy.ts";
import { instantCounter } from "../support/stub.ts";

/** Through the running proxy: streams as providers send them stay as they are, and a counted wall is met and waited for. */

const named = (type: string, rest: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
const data = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const response = (more: object) => ({
  response: { id: "resp_1", object: "response", usage: null, error: null, ...more },
});
const part = { item_id: "msg_1", output_index: 1, content_index: 0 };

/** Written after what the providers' documentation and public issues show, with parts that we know nothing of. */
const STREAMS = {
  "/v1/responses": [
    named("response.created", { sequence_number: 0, ...response({ status: "in_progress" }) }),
    named("response.in_progress", { sequence_number: 1, ...response({ status: "in_progress" }) }),
    named("response.output_item.added", { sequence_number: 2, item: { type: "reasoning", id: "rs_1", summary: [] } }),
    named("response.reasoning_summary_text.delta", { sequence_number: 3, delta: "**Thinking**" }),
    named("response.of_tomorrow", { sequence_number: 4, moon: { full: true } }),
    ": a comment nobody asked for\n\n",
    named("response.output_text.delta", { sequence_number: 5, ...part, delta: "Grüße, ", obfuscation: "r4N7vQ2m" }),
    named("response.output_text.delta", { sequence_number: 6, ...part, delta: '"usage": 7', obfuscation: "" }),
    named("response.output_text.done", { sequence_number: 7, ...part, text: 'Grüße, "usage": 7' }),
    named("response.completed", {
      sequence_number: 8,
      ...response({
        status: "completed",
        output: [],
        usage: { input_tokens: 36, input_tokens_details: { cached_tokens: 12 }, output_tokens: 87, total_tokens: 123 },
      }),
    }),
  ],
  "/v1/completions": [
    data({
      id: "cmpl-1",
      object: "text_completion",
      choices: [{ text: "Hel", index: 0, logprobs: null, finish_reason: null }],
    }),
    data({
      id: "cmpl-1",
      object: "text_completion",
      choices: [{ text: "lo", index: 0, finish_reason: "length" }],
      extra: [],
    }),
    data({
      id: "cmpl-1",
      object: "text_completion",
      choices: [],
      usage: { prompt_tokens: 36, completion_tokens: 87, prompt_tokens_details: { cached_tokens: 12 } },
    }),
    "data: [DONE]\n\n",
  ],
  // Groq: usage and request id in a field of its own.
  "/openai/v1/chat/completions": [
    data({
      id: "chatcmpl-1",
      choices: [{ index: 0, delta: { role: "assistant", content: "" } }],
      x_groq: { id: "req_1" },
    }),
    data({ id: "chatcmpl-1", choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: null }] }),
    data({
      id: "chatcmpl-1",
      choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
      x_groq: {
        id: "req_1",
        usage: {
          prompt_tokens: 36,
          completion_tokens: 87,
          queue_time: 0.03,
          prompt_tokens_details: { cached_tokens: 12 },
        },
      },
    }),
    "data: [DONE]\n\n",
  ],
  // Mistral: usage beside the finish, in the last chunk, asked for or not.
  "/mistral/v1/chat/completions": [
    data({
      id: "cmpl-1",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: { role: "assistant", content: "" } }],
    }),
    data({ id: "cmpl-1", p: "abcdef", choices: [{ index: 0, delta: { content: "Salut" }, finish_reason: null }] }),
    data({
      id: "cmpl-1",
      choices: [{ index: 0, delta: { content: "" }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: 36,
        completion_tokens: 87,
        total_tokens: 123,
        prompt_tokens_details: { cached_tokens: 12 },
      },
    }),
    "data: [DONE]\n\n",
  ],
  // OpenRouter: comments while it waits for a provider, and that provider's name.
  "/api/v1/chat/completions": [
    ": OPENROUTER PROCESSING\n\n",
    ": OPENROUTER PROCESSING\n\n",
    data({
      id: "gen-1",
      provider: "Somebody",
      choices: [{ index: 0, delta: { role: "assistant", reasoning: "hm" }, native_finish_reason: null }],
    }),
    data({ id: "gen-1", provider: "Somebody", choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: null }] }),
    data({
      id: "gen-1",
      choices: [{ index: 0, delta: { content: "" }, finish_reason: "stop", native_finish_reason: "STOP" }],
    }),
    data({
      id: "gen-1",
      choices: [],
      usage: { prompt_tokens: 36, completion_tokens: 87, cost: 0.01, prompt_tokens_details: { cached_tokens: 12 } },
    }),
    "data: [DONE]\n\n",
  ],
};

describe("the relay, under observation", () => {
  it.each(Object.entries(STREAMS))("leaves %s as it came, in pieces of any size", async (path, frames) => {
    const sent = Buffer.from(frames.join(""));
    const upstream = await startUpstream(async (_request, reply) => {
      reply.writeHead(200, { "content-type": "text/event-stream" });
      for (let at = 0; at < sent.length; at += 97) {
        reply.write(sent.subarray(at, at + 97));
        await pause(1);
      }
      reply.end();
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const answer = await fetch(`${proxy.url}${path}`, {
      method: "POST",
      body: JSON.stringify({ model: "m", stream: true, input: "x", prompt: "x", messages: [] }),
    });
    expect(Buffer.from(await answer.arrayBuffer()).equals(sent)).toBe(true);
    expect(await proxy.event("usage_seen")).toMatchObject({ input_tokens: 36, output_tokens: 87, cached_tokens: 12 });
    expect(proxy.of("first_content")).toHaveLength(1);
    expect(proxy.of("finish_seen")).toHaveLength(1);
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "complete", finish: true, error_in_stream: false });
  });

  it("leaves embeddings as they came, and sees what they cost", async () => {
    const body = `{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1, 1e-9]}],"model":"m","usage":{"prompt_tokens":8,"total_tokens":8}}`;
    const upstream = await startUpstream((_request, reply) =>
      reply.writeHead(200, { "content-type": "application/json" }).end(body),
    );
    const proxy = await startTestProxy({ upstream: upstream.url });
    const asked = { method: "POST", body: JSON.stringify({ model: "m", input: "x" }) };
    expect(await (await fetch(`${proxy.url}/v1/embeddings`, asked)).text()).toBe(body);
    expect(await proxy.event("usage_seen")).toMatchObject({ input_tokens: 8, output_tokens: 0 });
    expect(proxy.of("call_received")[0]).toMatchObject({ provider: "openai", stream: false });
  });

  it("tells an error in a stream of Responses", async () => {
    const [created, progress] = STREAMS["/v1/responses"];
    const error = {
      error: { type: "tokens", code: "rate_limit_exceeded", message: "Rate limit reached", param: null },
    };
    const upstream = await startUpstream((_request, reply) => {
      reply.writeHead(200, { "content-type": "text/event-stream" });
      reply.end(`${created}${progress}${named("error", { ...error, sequence_number: 2 })}`);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    await (await fetch(`${proxy.url}/v1/responses`, { method: "POST", body: '{"model":"m","stream":true}' })).text();
    expect(await proxy.event("reply_ended")).toMatchObject({ finish: false, error_in_stream: true });
  });
});

describe("a counted wall", () => {
  /** A proxy before the stub, whose buckets have room for about one call. */
  async function wall(limits: LimitSpec["limits"]) {
    const clock = createSystemClock();
    const stub = createStub({ seed: 1, clock, dialects, counter: instantCounter });
    const limiter = createLimiter({ specs: [spec(limits)], clock });
    limiter.drainToOneCall();
    return await startTestProxy({ upstream: stub.upstream, limiter, clock });
  }
  const admitted = (proxy: Awaited<ReturnType<typeof wall>>) => proxy.of("call_admitted").length;
  /** Two calls at once: one is served, and what the other was told is returned. */
  async function oneRefused(call: () => Promise<unknown>): Promise<unknown> {
    const settled = await Promise.allSettled([call(), call()]);
    const reasons = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(reasons).toHaveLength(1);
    return reasons[0];
  }
  const openai = (url: string) => new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-not-a-key", maxRetries: 1 });

  it.each([
    [
      "responses",
      { rpm: 120 },
      (url: string) => openai(url).responses.create({ model: "m", input: "Hi", max_output_tokens: 5 }),
    ],
    [
      "completions",
      { rpm: 120 },
      (url: string) => openai(url).completions.create({ model: "m", prompt: "Hi", max_tokens: 5 }),
    ],
    ["embeddings", { rpm: 120 }, (url: string) => openai(url).embeddings.create({ model: "m", input: "Hi" })],
  ])("%s: the official client is refused, waits as told, and is served", async (_, limits, call) => {
    const proxy = await wall(limits);
    // At once, so that one is refused however slow the machine is; its client comes back after the announced second.
    await Promise.all([call(proxy.url), call(proxy.url)]);
    const [refused] = proxy.of("call_refused");
    expect(refused).toMatchObject({ dimension: "rpm", origin: "counted", status: 429 });
    expect(proxy.of("call_refused")).toHaveLength(1);
    expect(admitted(proxy)).toBe(2);
  });

  it("Groq: refused in Groq's words by its own client, and served after the announced wait", async () => {
    const proxy = await wall({ rpm: 120 });
    const create = () =>
      groqClient(proxy.url).chat.completions.create({
        model: "m",
        messages: [{ role: "user", content: "Hi" }],
        max_tokens: 5,
      });
    const error = (await oneRefused(create)) as { status: number; message: string; headers: Headers };
    expect(error.status).toBe(429);
    expect(error.message).toMatch(
      /on requests per minute \(RPM\): Limit 120, Used 120, Requested 1\. Please try again in \d+ms\./,
    );
    await pause(Number(error.headers.get("retry-after")) * 1_000);
    expect((await create()).choices).toHaveLength(1);
    expect(proxy.of("call_received").map(({ provider }) => provider)).toEqual(["groq", "groq", "groq"]);
  });

  it("Mistral: one request a second, as its free tier says; its client does not retry by itself", async () => {
    const proxy = await wall({ rpm: 60 });
    const client = mistralClient(proxy.url);
    const complete = () =>
      client.chat.complete({ model: "m", messages: [{ role: "user", content: "Hi" }], maxTokens: 5 });
    const error = (await oneRefused(complete)) as { statusCode: number; headers: Headers };
    expect([error.statusCode, error.headers.get("x-ratelimit-remaining-req-minute")]).toEqual([429, "0"]);
    await pause(Number(error.headers.get("retry-after")) * 1_000);
    expect((await complete()).choices).toHaveLength(1);
    expect(proxy.of("call_received")[0]).toMatchObject({ provider: "mistral" });
  });

  it("OpenRouter: tells when its day ends, and the client is not served before", async () => {
    const proxy = await wall({ rpd: 1 });
    const create = () =>
      openRouterClient(proxy.url).chat.completions.create({
        model: "some/model:free",
        messages: [{ role: "user", content: "Hi" }],
      });
    await create();
    const error = (await failureOf(create())) as { status: number; headers: Headers; error: { message: string } };
    expect([error.status, error.error.message]).toEqual([429, "Rate limit exceeded: free-models-per-day. "]);
    const reset = Number(error.headers.get("x-ratelimit-reset"));
    const untilMidnight = reset % 86_400_000;
    expect(Math.min(untilMidnight, 86_400_000 - untilMidnight)).toBeLessThan(1_000);
    expect((await failureOf(create())) as { status: number }).toMatchObject({ status: 429 });
  });
});
