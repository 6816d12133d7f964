import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { anthropicMessages } from "../../src/providers/anthropic-messages.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { messagesCall, RECORDED_SHAPE } from "../support/anthropic.ts";
import { spec } from "../support/limits.ts";
import { plainReply, textOf } from "../support/openai.ts";
import { failureOf } from "../support/openai-clients.ts";
import { startTestProxy, startUpstream } from "../support/proxy.ts";

/** Through the running proxy: what passes, what it sees, and how its counted limits meet the official client. */

const ASKED = {
  model: "sample-model",
  max_tokens: 4_000,
  messages: [{ role: "user" as const, content: "Say hello." }],
};
const KEY = "sk-ant-not-a-key-0001";

describe("a stream in the shape of a recorded one", () => {
  /** Cut in odd places: inside a line, inside a character, several events at once. */
  const bytes = Buffer.from(RECORDED_SHAPE.join(""));
  const cuts = [0, 7, 300, bytes.indexOf("ü") + 1, bytes.length - 40, bytes.length];

  async function relayed(headers: Record<string, string>) {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8", "request-id": "req_up" });
      const send = (i: number) => {
        response.write(bytes.subarray(cuts[i], cuts[i + 1]));
        if (i + 2 < cuts.length) setTimeout(send, 5, i + 1);
        else response.end();
      };
      send(0);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const response = await fetch(`${proxy.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ ...ASKED, stream: true }),
    });
    const body = Buffer.from(await response.arrayBuffer());
    const ended = await proxy.event("reply_ended");
    return { upstream, proxy, response, body, ended };
  }

  it.each([
    ["x-api-key, older version", { "x-api-key": KEY, "anthropic-version": "2023-06-01" }],
    ["Bearer, newer version", { authorization: `Bearer ${KEY}`, "anthropic-version": "2026-10-21" }],
  ])("passes byte for byte, and is understood (%s)", async (_, headers) => {
    const { upstream, proxy, response, body, ended } = await relayed(headers);
    expect(body.equals(bytes)).toBe(true);
    expect(response.headers.get("request-id")).toBe("req_up");
    const sent = upstream.requests[0]?.rawHeaders ?? [];
    for (const value of Object.values(headers)) expect(sent).toContain(value);

    const [received] = proxy.of("call_received");
    expect(received).toMatchObject({ dialect: "anthropic-messages", provider: "anthropic", stream: true });
    expect(received?.key_hash).toMatch(/^[\da-f]{8}$/);
    expect(proxy.of("first_content")).toHaveLength(1);
    expect(proxy.of("usage_seen")[0]).toMatchObject({ input_tokens: 1_012, output_tokens: 77, cached_tokens: 900 });
    expect(proxy.of("finish_seen")[0]).toMatchObject({ finish: "tool_use" });
    expect(ended).toMatchObject({ how: "complete", finish: true, error_in_stream: false, tokens: 77 });
    expect(JSON.stringify(proxy.events) + proxy.lines.join("")).not.toContain(KEY);
  });
});

it.each(["/v1/messages/count_tokens", "/v1/messages/batches"])("passes %s through untouched", async (path) => {
  const upstream = await startUpstream((_, response) => response.end('{"input_tokens":3}'));
  const proxy = await startTestProxy({ upstream: upstream.url });
  const response = await fetch(`${proxy.url}${path}`, { method: "POST", body: JSON.stringify(ASKED) });
  expect(await response.json()).toEqual({ input_tokens: 3 });
  expect((await proxy.event("passed_through")).path).toBe(path);
  expect(proxy.of("call_received")).toEqual([]);
});

describe("a counted limit", () => {
  /** Answers as the provider would, with the usage that a test wants. */
  async function wall(limits: LimitSpec["limits"], usage: { inputTokens: number; outputTokens: number }) {
    const upstream = await startUpstream((_, response, body) => {
      const { stream } = JSON.parse(body.toString());
      const { contentType, frames } = anthropicMessages.write(plainReply({ usage }), messagesCall({ stream }));
      response.writeHead(200, { "content-type": contentType }).end(frames.map(textOf).join(""));
    });
    const clock = createSystemClock();
    const limiter = createLimiter({ specs: [spec(limits)], clock });
    const proxy = await startTestProxy({ upstream: upstream.url, clock, limiter });
    const client = (maxRetries: number) => new Anthropic({ baseURL: proxy.url, apiKey: KEY, maxRetries });
    return { proxy, upstream, client };
  }

  it("of output lets a long answer through, refuses the next call, and serves it as announced", async () => {
    // 6,000 a minute are 100 a second: a debt of 50 and one token more are paid in half a second, announced as one.
    const { proxy, upstream, client } = await wall({ otpm: 6_000 }, { inputTokens: 10, outputTokens: 6_050 });
    const { data, response } = await client(0).messages.create(ASKED).withResponse();
    expect(data.usage.output_tokens).toBe(6_050);
    expect(response.headers.get("anthropic-ratelimit-output-tokens-remaining")).toBe("6000");
    await proxy.event("reply_ended");

    const error = await failureOf(client(0).messages.create(ASKED));
    if (!(error instanceof Anthropic.RateLimitError)) throw new Error(`not a RateLimitError: ${error}`);
    const header = (name: string) => error.headers.get(name) ?? "";
    expect(header("retry-after")).toBe("1");
    expect(header("anthropic-ratelimit-output-tokens-limit")).toBe("6000");
    expect(header("anthropic-ratelimit-output-tokens-remaining")).toBe("0");
    // Full again after a minute and the debt.
    const untilFullMs = Date.parse(header("anthropic-ratelimit-output-tokens-reset")) - Date.now();
    expect(untilFullMs).toBeGreaterThan(55_000);
    expect(untilFullMs).toBeLessThan(63_000);
    const [refused] = proxy.of("call_refused");
    expect(refused).toMatchObject({
      origin: "counted",
      dimension: "otpm",
      limit: 6_000,
      requested: 1,
      synthetic: false,
    });
    expect(upstream.requests).toHaveLength(1);

    // The client itself waits as told: refused at most once more, then served.
    const message = await client(1).messages.stream(ASKED).finalMessage();
    expect(message.stop_reason).toBe("end_turn");
    expect(upstream.requests).toHaveLength(2);
  });

  it("of input refuses a prompt that does not fit yet, and serves it as announced", async () => {
    const { proxy, client } = await wall({ itpm: 6_000, rpm: 50 }, { inputTokens: 5_900, outputTokens: 10 });
    await client(0).messages.create(ASKED);
    await proxy.event("reply_ended");
    const long = { ...ASKED, messages: [{ role: "user" as const, content: "word ".repeat(160) }] };
    const error = await failureOf(client(0).messages.create(long));
    expect(error).toMatchObject({ constructor: Anthropic.RateLimitError, status: 429, type: "rate_limit_error" });
    expect(String(error)).toContain("6,000 input tokens per minute");
    const [refused] = proxy.of("call_refused");
    expect(refused).toMatchObject({ dimension: "itpm", requested: 200, limit: 6_000 });

    const startedMs = performance.now();
    await client(1).messages.create(long);
    // It was not let in before there was room: 200 of which 100 were missing.
    if (proxy.of("call_refused").length > 1) expect(performance.now() - startedMs).toBeGreaterThan(900);
    expect(proxy.of("call_admitted")).toHaveLength(2);
  });
});
