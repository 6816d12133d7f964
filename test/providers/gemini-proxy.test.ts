import { ApiError, GoogleGenAI } from "@google/genai";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/core/clock.ts";
import type { LimitSpec } from "../../src/core/limits.ts";
import { parseDuration } from "../../src/core/units.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { nextPacificMidnight } from "../../src/limits/pacific-day.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { ARRAY, geminiCall, MODEL, recordedShape, SAY_HELLO, SSE, VERTEX, WHOLE } from "../support/gemini.ts";
import { spec } from "../support/limits.ts";
import { plainReply, textOf } from "../support/openai.ts";
import { failureOf } from "../support/openai-clients.ts";
import { startTestProxy, startUpstream } from "../support/proxy.ts";

/** Through the running proxy: what passes, what it sees, and how its counted limits meet the official client. */

const KEY = "AIza-not-a-key-0001";
const BODY = JSON.stringify({ contents: [SAY_HELLO] });

const EVENTS = Buffer.from(
  recordedShape()
    .map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`)
    .join(""),
);
const ARRAY_OF_CHUNKS = Buffer.from(
  `[${recordedShape()
    .map((chunk) => JSON.stringify(chunk, null, 2))
    .join("\n,\r\n")}\n]\n`,
);

/** Sends the bytes cut in odd places: inside a line end, inside a character, several chunks at once. */
async function relayed(bytes: Buffer, options: { path: string; type: string; headers?: Record<string, string> }) {
  const cuts = [0, 7, 300, bytes.indexOf("ü") + 1, bytes.indexOf("🌤") + 2, bytes.length - 3, bytes.length];
  const upstream = await startUpstream((_, response) => {
    response.writeHead(200, { "Content-Type": options.type, "Server-Timing": "gfet4t7; dur=662" });
    const send = (i: number) => {
      response.write(bytes.subarray(cuts[i], cuts[i + 1]));
      if (i + 2 < cuts.length) setTimeout(send, 5, i + 1);
      else response.end();
    };
    send(0);
  });
  const proxy = await startTestProxy({ upstream: upstream.url });
  const response = await fetch(`${proxy.url}${options.path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...options.headers },
    body: BODY,
  });
  const body = Buffer.from(await response.arrayBuffer());
  return { upstream, proxy, response, body, ended: await proxy.event("reply_ended") };
}

describe("a stream in the shape of a recorded one", () => {
  it.each([
    ["events, x-goog-api-key", SSE, "gemini", { "x-goog-api-key": KEY }],
    ["events, ?key=", `${SSE}&key=${KEY}`, "gemini", {}],
    ["events, Bearer, Vertex", VERTEX, "vertex", { authorization: `Bearer ${KEY}` }],
    ["one array, ?key=", `${ARRAY}?key=${KEY}`, "gemini", {}],
  ])("passes byte for byte, and is understood (%s)", async (_, path, provider, headers) => {
    const sse = path.includes("alt=sse");
    const bytes = sse ? EVENTS : ARRAY_OF_CHUNKS;
    const type = sse ? "text/event-stream" : "application/json; charset=UTF-8";
    const { upstream, proxy, response, body, ended } = await relayed(bytes, { path, type, headers });
    expect(body.equals(bytes)).toBe(true);
    expect(response.headers.get("server-timing")).toBe("gfet4t7; dur=662");
    expect(upstream.requests[0]).toMatchObject({ path, body: Buffer.from(BODY) });

    const [received] = proxy.of("call_received");
    expect(received).toMatchObject({ dialect: "gemini", provider, model: MODEL, stream: true });
    expect(received?.key_hash).toMatch(/^[\da-f]{8}$/);
    expect(proxy.of("first_content")).toHaveLength(1);
    expect(proxy.of("usage_seen")[0]).toMatchObject({ input_tokens: 1_012, output_tokens: 77, cached_tokens: 900 });
    expect(proxy.of("finish_seen")[0]).toMatchObject({ finish: "STOP" });
    expect(ended).toMatchObject({ how: "complete", finish: true, error_in_stream: false, tokens: 77 });
    expect(JSON.stringify(proxy.events) + proxy.lines.join("")).not.toContain(KEY);
  });

  it("is told from one that was cut before its finish", async () => {
    const { ended } = await relayed(EVENTS.subarray(0, EVENTS.lastIndexOf("data:")), {
      path: SSE,
      type: "text/event-stream",
    });
    expect(ended).toMatchObject({ how: "complete", finish: false });
    // Estimated, since the usage that settles came never: thoughts, text and call are all paid for.
    expect(ended.tokens).toBeGreaterThan(10);
    expect(ended.tokens).toBeLessThan(40);
  });
});

it.each(["countTokens", "embedContent", "batchEmbedContents"])("passes :%s through untouched", async (method) => {
  const upstream = await startUpstream((_, response) => response.end('{"totalTokens":3}'));
  const proxy = await startTestProxy({ upstream: upstream.url });
  const path = `/v1beta/models/${MODEL}:${method}`;
  const response = await fetch(`${proxy.url}${path}`, { method: "POST", body: BODY });
  expect(await response.json()).toEqual({ totalTokens: 3 });
  expect((await proxy.event("passed_through")).path).toBe(path);
  expect(proxy.of("call_received")).toEqual([]);
});

it("tells a provider's own refusal in an array", async () => {
  const details = [
    { violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] },
    { retryDelay: "51s" },
  ];
  const error = { code: 429, message: "You exceeded your current quota", status: "RESOURCE_EXHAUSTED", details };
  const upstream = await startUpstream((_, response) => {
    response.writeHead(429, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify([{ error }]));
  });
  const proxy = await startTestProxy({ upstream: upstream.url });
  await fetch(`${proxy.url}${ARRAY}`, { method: "POST", body: BODY });
  await proxy.event("reply_ended");
  expect(proxy.of("call_refused")[0]).toMatchObject({ origin: "provider", dimension: "rpd", announced_ms: 51_000 });
});

describe("a counted limit", () => {
  /** The system's clock, moved on by hand. */
  function movableClock(): Clock & { move(ms: number): void } {
    const system = createSystemClock();
    let moved = 0;
    return {
      nowMs: () => system.nowMs() + moved,
      wallMs: () => system.wallMs() + moved,
      after: (ms, callback) => system.after(ms, callback),
      move: (ms) => {
        moved += ms;
      },
    };
  }

  async function wall(limits: LimitSpec["limits"], usage = { inputTokens: 3, outputTokens: 3 }) {
    const upstream = await startUpstream((request, response) => {
      const { contentType, frames } = gemini.write(plainReply({ usage }), geminiCall(request.url ?? ""));
      response.writeHead(200, { "content-type": contentType }).end(frames.map(textOf).join(""));
    });
    const clock = movableClock();
    const limiter = createLimiter({ specs: [spec(limits, { provider: "gemini", tier: "free" })], clock });
    const proxy = await startTestProxy({ upstream: upstream.url, clock, limiter });
    const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: proxy.url } });
    const ask = async (text = "Say hello.", model = MODEL) => {
      let said = "";
      const stream = await client.models.generateContentStream({ model, contents: text });
      for await (const chunk of stream) said += chunk.text ?? "";
      return said;
    };
    /** What the client got instead of an answer, and the wait it was told. */
    const refusedAs = async (promise: Promise<string>) => {
      const error = await failureOf(promise);
      if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${error}`);
      const { message, details } = JSON.parse(error.message).error;
      const textMs = parseDuration(/Please retry in (\S+?)\.(?:$|\s)/.exec(message)?.[1] ?? "") ?? Number.NaN;
      const infoMs = parseDuration(details[2].retryDelay) ?? Number.NaN;
      return { status: error.status, quotaId: details[1].violations[0].quotaId as string, textMs, infoMs };
    };
    return { upstream, clock, proxy, ask, refusedAs };
  }

  it("of requests per minute refuses the official client, and serves it as announced", async () => {
    const { upstream, clock, proxy, ask, refusedAs } = await wall({ rpm: 2 });
    expect(await ask()).toBe("Hello there");
    clock.move(20_000);
    expect(await ask()).toBe("Hello there");
    const told = await refusedAs(ask());
    expect(told).toMatchObject({ status: 429, quotaId: "GenerateRequestsPerMinutePerProjectPerModel-FreeTier" });
    expect(told.infoMs).toBe(told.textMs);
    expect(told.textMs).toBeGreaterThan(30_000);
    expect(told.textMs).toBeLessThanOrEqual(40_000);
    expect(proxy.of("call_refused")[0]).toMatchObject({ origin: "counted", dimension: "rpm", limit: 2, used: 2 });
    // Another model has a quota of its own.
    expect(await ask("Say hello.", "another-model")).toBe("Hello there");
    clock.move(told.textMs);
    expect(await ask()).toBe("Hello there");
    expect(upstream.requests).toHaveLength(4);
  });

  it("of input tokens counts no output, and refuses a prompt that does not fit", async () => {
    const { clock, proxy, ask, refusedAs } = await wall({ tpm: 1_000 }, { inputTokens: 900, outputTokens: 50_000 });
    await ask();
    await proxy.event("reply_ended");
    const told = await refusedAs(ask("word ".repeat(160)));
    expect(told.quotaId).toBe("GenerateContentInputTokensPerModelPerMinute-FreeTier");
    expect(proxy.of("call_refused")[0]).toMatchObject({ dimension: "tpm", used: 900, requested: 200, limit: 1_000 });
    clock.move(told.infoMs);
    expect(await ask("word ".repeat(160))).toBe("Hello there");
  });

  it("of requests per day refuses until midnight in California", async () => {
    const { clock, ask, refusedAs } = await wall({ rpd: 1, rpm: 100 });
    await ask();
    const told = await refusedAs(ask());
    expect(told.quotaId).toBe("GenerateRequestsPerDayPerProjectPerModel-FreeTier");
    const untilMidnightMs = nextPacificMidnight(clock.wallMs()) - clock.wallMs();
    expect(Math.abs(told.infoMs - untilMidnightMs)).toBeLessThan(5_000);
    clock.move(told.infoMs - 60_000);
    expect((await refusedAs(ask())).infoMs).toBeLessThanOrEqual(60_000);
    clock.move(60_000);
    expect(await ask()).toBe("Hello there");
  });

  it("does not concern Vertex when it is AI Studio's", async () => {
    const { proxy, ask } = await wall({ rpm: 1 });
    await ask();
    const status = async (path: string) => {
      const headers = { "x-goog-api-key": KEY };
      return (await fetch(`${proxy.url}${path}`, { method: "POST", headers, body: BODY })).status;
    };
    expect(await status(VERTEX)).toBe(200);
    expect(await status(WHOLE)).toBe(429);
  });
});
