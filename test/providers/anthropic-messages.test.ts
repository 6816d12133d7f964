import { describe, expect, it } from "vitest";
import type { Trouble } from "../../src/core/dialect.ts";
import { headerValue } from "../../src/core/exchange.ts";
import type { DimensionReading, LimitRefusal } from "../../src/core/limits.ts";
import { anthropicMessages } from "../../src/providers/anthropic-messages.ts";
import { messagesCall, messagesRequest, RECORDED_SHAPE } from "../support/anthropic.ts";
import { bytesOf, CONTEXT, frameOf, headersOf, plainReply, textOf } from "../support/openai.ts";

const BODY = { model: "sample-model", max_tokens: 100, messages: [{ role: "user", content: "Say hello." }] };
const JSON_ONLY = ["Content-Type", "application/json"];

describe("recognising", () => {
  it.each([
    ["/v1/messages", JSON_ONLY],
    ["/v1/messages?beta=true", ["anthropic-version", "2026-10-21", "Authorization", "Bearer sk-ant-0001"]],
    ["/messages", ["Anthropic-Version", "2023-06-01", "x-api-key", "sk-ant-0001"]],
    ["/proxy/anthropic/v1/messages", JSON_ONLY],
    ["/v1/v1/messages", JSON_ONLY],
  ])("takes POST %s", (path, headers) => {
    const request = messagesRequest(BODY, { path, headers });
    expect(anthropicMessages.concerns(request)).toBe(true);
    expect(anthropicMessages.recognise(request)).toMatchObject({
      dialect: "anthropic-messages",
      provider: "anthropic",
    });
  });

  it.each([
    ["POST", "/v1/messages/count_tokens", []],
    ["POST", "/v1/messages/batches", ["anthropic-version", "2023-06-01"]],
    ["GET", "/v1/messages", []],
    ["POST", "/v1/threads/thread_1/messages", JSON_ONLY],
    ["POST", "/messages", JSON_ONLY],
    ["POST", "/v1/complete?then=/v1/messages", []],
  ])("leaves %s %s", (method, path, headers) => {
    expect(anthropicMessages.concerns({ method, path, headers })).toBe(false);
  });

  it.each([
    { model: "m" },
    { messages: [] },
    { model: 7, messages: [] },
    { model: "m", messages: "Hi" },
  ])("does not take %j for its own", (body) =>
    expect(anthropicMessages.recognise(messagesRequest(body))).toBeUndefined());

  it("reads what the proxy must understand", () => {
    const call = messagesCall({
      stream: true,
      max_tokens: 200,
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
      tools: [{ name: "weather", input_schema: { type: "object" } }],
      messages: [
        { role: "user", content: "first" },
        { role: "user", content: [{ type: "text", text: "What is this?" }, { type: "image" }] },
        { role: "assistant", content: [{ type: "tool_use", id: "t", name: "weather", input: { city: "Rome" } }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "sunny" }] },
      ],
    });
    expect(call).toMatchObject({ stream: true, usageInStream: true, tools: true, maxOutputTokens: 200, choices: 1 });
    expect(call.lastUserText).toBe("What is this?");
  });

  it("estimates the prompt from every text the model reads, and from no image", () => {
    const tokens = (content: unknown, more = {}) =>
      messagesCall({ messages: [{ role: "user", content }], ...more }).inputTokens;
    const long = "word ".repeat(400);
    expect(tokens(long)).toBe(500);
    expect(tokens("", { system: long })).toBe(500);
    expect(tokens([{ type: "text", text: long }])).toBe(500);
    expect(tokens([{ type: "tool_result", content: [{ type: "text", text: long }] }])).toBe(500);
    expect(tokens([{ type: "document", source: { type: "text", data: long } }])).toBe(500);
    expect(tokens([{ type: "image", source: { type: "base64", data: long } }])).toBe(0);
    expect(tokens([{ type: "tool_use", input: { note: long } }])).toBeGreaterThan(500);
    expect(tokens("", { tools: [{ name: "n", description: long }] })).toBeGreaterThan(500);
  });

  it("charges the input, and the output only when it is there", () => {
    const call = messagesCall({ max_tokens: 64_000 });
    expect(anthropicMessages.charge(call)).toEqual({
      requests: 1,
      inputTokens: call.inputTokens,
      outputTokens: 0,
      tokens: call.inputTokens,
      maxOutputTokens: 64_000,
    });
  });
});

describe("reading a stream", () => {
  const meanings = RECORDED_SHAPE.map((text) => anthropicMessages.read(frameOf(text)));
  const joined = (facet: "text" | "toolArguments" | "reasoning") => meanings.map((one) => one[facet]).join("");

  it("tells text, tool arguments and thinking apart", () => {
    expect(joined("text")).toBe("Grüß Gott.");
    expect(joined("toolArguments")).toBe('{"city": "Rome"}');
    expect(joined("reasoning")).toBe('The user asks for "usage": 3.');
    expect(meanings.findIndex(({ tokens }) => tokens > 0)).toBe(3);
  });

  it("finds usage at both ends, the finish, the terminator and the pings", () => {
    expect(meanings[0]?.usage).toEqual({
      inputTokens: 1_012,
      outputTokens: 3,
      cachedTokens: 900,
      cacheWrittenTokens: 100,
    });
    expect(meanings.at(-2)).toMatchObject({ finish: "tool_use", usage: { inputTokens: 0, outputTokens: 77 } });
    expect(meanings.at(-1)?.terminator).toBe(true);
    expect(meanings.filter(({ keepAlive }) => keepAlive)).toHaveLength(2);
    expect(meanings.filter(({ finish }) => finish !== undefined)).toHaveLength(1);
  });

  it("takes nothing from what it does not know", () => {
    for (const data of [
      '{"type":"content_block_delta","delta":{"type":"hologram_delta","cube":"…"}}',
      '{"type":"content_block_delta"}',
      '{"type":"message_start"}',
      '{"type":"message_delta","delta":null,"usage":{"output_tokens":"many"}}',
      '{"type":"weather_report","usage":{"output_tokens":9}}',
      '{"usage":{"output_tokens":9}}',
    ]) {
      expect(anthropicMessages.read(frameOf(`event: x\ndata: ${data}\n\n`))).toEqual({
        text: "",
        toolArguments: "",
        reasoning: "",
        tokens: 0,
      });
    }
    expect(anthropicMessages.read(frameOf(": waiting\n\n")).keepAlive).toBe(true);
  });

  it("reads the error event, with and without an explanation", () => {
    const read = (data: object) => anthropicMessages.read(frameOf(`event: error\ndata: ${JSON.stringify(data)}\n\n`));
    const captured = { type: "error", error: { details: null, type: "overloaded_error", message: "Overloaded" } };
    expect(read(captured).error).toEqual({ code: undefined, type: "overloaded_error", message: "Overloaded" });
    expect(read({ type: "error" }).error).toEqual({ code: undefined, type: undefined, message: "" });
  });
});

it("reads a whole reply", () => {
  const whole = (value: object) => anthropicMessages.readWhole(bytesOf(JSON.stringify(value)));
  expect(
    whole({
      type: "message",
      content: [
        { type: "thinking", thinking: "Hm.", signature: "x" },
        { type: "text", text: "Sunny." },
        { type: "tool_use", id: "t", name: "weather", input: { city: "Rome" } },
      ],
      stop_reason: "tool_use",
      usage: { input_tokens: 5, cache_read_input_tokens: null, output_tokens: 9 },
    }),
  ).toMatchObject({
    text: "Sunny.",
    reasoning: "Hm.",
    toolArguments: '{"city":"Rome"}',
    finish: "tool_use",
    usage: { inputTokens: 5, outputTokens: 9 },
  });
  const refused = whole({ type: "message", content: [], stop_reason: "refusal", usage: { output_tokens: 1 } });
  expect(refused).toMatchObject({ text: "", finish: "refusal" });
  expect(whole({ type: "error", error: { type: "api_error", message: "…" } }).error?.type).toBe("api_error");
});

describe("writing", () => {
  const eventsOf = (reply = plainReply()) =>
    anthropicMessages.write(reply, messagesCall({ stream: true })).frames.map((bytes) => frameOf(textOf(bytes)));

  it("names each event as its type, in the documented order", () => {
    const frames = eventsOf();
    for (const { event, data } of frames) expect(JSON.parse(data ?? "").type).toBe(event);
    expect(frames.map(({ event }) => event)).toEqual([
      "message_start",
      "content_block_start",
      "ping",
      "content_block_delta",
      "content_block_delta",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  it("keeps the cache's part of the input apart, as this provider does", () => {
    const reply = plainReply({ usage: { inputTokens: 1_000, outputTokens: 20, cachedTokens: 900 } });
    const usage = eventsOf(reply).map((frame) => anthropicMessages.read(frame).usage);
    expect(usage.filter((one) => one !== undefined)).toEqual([
      { inputTokens: 1_000, outputTokens: 1, cachedTokens: 900 },
      { inputTokens: 1_000, outputTokens: 20, cachedTokens: 900 },
    ]);
    expect(JSON.parse(eventsOf(reply)[0]?.data ?? "").message.usage.input_tokens).toBe(100);
  });

  it("writes arguments that were cut off as an empty object when it does not stream", () => {
    const toolCall = { id: "call_1", name: "weather", argumentPieces: ['{"ci'] };
    const { frames } = anthropicMessages.write(plainReply({ toolCall, finish: "length" }), messagesCall());
    const { content, stop_reason } = JSON.parse(frames.map(textOf).join(""));
    expect(content[1]).toEqual({ type: "tool_use", id: "toolu_1", name: "weather", input: {} });
    expect(stop_reason).toBe("max_tokens");
  });
});

const reading = (dimension: DimensionReading["dimension"], limit: number, used: number, resetMs: number) => ({
  dimension,
  limit,
  used,
  windowMs: 60_000,
  resetMs,
});

describe("countdown headers", () => {
  it("are those of a real success: thousands of tokens, the time of full buckets in whole seconds", () => {
    const readings = [
      reading("rpm", 1_000, 1, 60),
      reading("itpm", 80_000, 12_345.6, 9_260),
      reading("otpm", 16_000, 0, 0),
    ];
    expect(headersOf(anthropicMessages.limitHeaders(readings, CONTEXT))).toEqual({
      "anthropic-ratelimit-input-tokens-limit": "80000",
      "anthropic-ratelimit-input-tokens-remaining": "68000",
      "anthropic-ratelimit-input-tokens-reset": "2026-01-05T12:00:10Z",
      "anthropic-ratelimit-output-tokens-limit": "16000",
      "anthropic-ratelimit-output-tokens-remaining": "16000",
      "anthropic-ratelimit-output-tokens-reset": "2026-01-05T12:00:01Z",
      "anthropic-ratelimit-requests-limit": "1000",
      "anthropic-ratelimit-requests-remaining": "999",
      "anthropic-ratelimit-requests-reset": "2026-01-05T12:00:01Z",
      "anthropic-ratelimit-tokens-limit": "96000",
      "anthropic-ratelimit-tokens-remaining": "84000",
      "anthropic-ratelimit-tokens-reset": "2026-01-05T12:00:01Z",
    });
  });

  it("never show more than the limit, nor less than nothing", () => {
    const shown = (limit: number, used: number) =>
      headersOf(anthropicMessages.limitHeaders([reading("otpm", limit, used, 0)], CONTEXT))[
        "anthropic-ratelimit-output-tokens-remaining"
      ];
    expect(shown(700, 10)).toBe("700");
    expect(shown(8_000, 9_500)).toBe("0");
  });

  it("leave out what is not counted", () => {
    expect(Object.keys(headersOf(anthropicMessages.limitHeaders([reading("rpm", 50, 1, 0)], CONTEXT)))).toHaveLength(3);
  });
});

describe("refusing a limit", () => {
  const refusal: LimitRefusal = {
    dimension: "itpm",
    limit: 200_000,
    used: 210_000,
    requested: 43_333,
    waitMs: 15_999.9,
    windowMs: 60_000,
  };
  const refuse = (trouble: Partial<Extract<Trouble, { kind: "rate_limit" }>> = {}) =>
    anthropicMessages.refuse(
      { kind: "rate_limit", refusal, readings: [], hints: undefined, ...trouble },
      messagesCall(),
      CONTEXT,
    );
  const errorOf = (body: Uint8Array) => JSON.parse(textOf(body)).error;

  it("has the headers and the words of a captured one, and they agree", () => {
    const readings = [reading("itpm", 200_000, 1, 1), reading("otpm", 80_000, 0, 0), reading("rpm", 4_000, 0, 0)];
    const { status, headers, body } = refuse({ readings });
    expect(status).toBe(429);
    expect(headersOf(headers)).toMatchObject({
      "x-should-retry": "true",
      "retry-after": "16",
      "request-id": "req_test",
      "anthropic-ratelimit-input-tokens-limit": "200000",
      "anthropic-ratelimit-input-tokens-remaining": "0",
      // 210,000 at 200,000 a minute are 63 s, from 400 ms past the second.
      "anthropic-ratelimit-input-tokens-reset": "2026-01-05T12:01:04Z",
      "anthropic-ratelimit-output-tokens-remaining": "80000",
      "anthropic-ratelimit-requests-remaining": "4000",
      "anthropic-ratelimit-tokens-limit": "280000",
      "anthropic-ratelimit-tokens-remaining": "80000",
    });
    expect(headerValue(headers, "retry-after-ms")).toBeUndefined();
    const envelope = JSON.parse(textOf(body));
    expect(envelope).toMatchObject({ type: "error", error: { type: "rate_limit_error" }, request_id: "req_test" });
    expect(envelope.error.message).toMatch(
      /^This request would exceed your organization's rate limit of 200,000 input tokens per minute \(org: [\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}, model: sample-model\)\. /,
    );
  });

  it.each([
    ["rpm", "of 200,000 requests per minute", "rpm"],
    ["otpm", "of 200,000 output tokens per minute", "otpm"],
    ["itpm", "of 200,000 input tokens per minute", "itpm"],
    ["tpm", "of 200,000 input tokens per minute", "itpm"],
    ["concurrency", "Number of concurrent connections", "concurrency"],
  ] as const)("names %s, and reads it back", (dimension, words, read) => {
    const { status, headers, body } = refuse({ refusal: { ...refusal, dimension } });
    expect(errorOf(body).message).toContain(words);
    expect(anthropicMessages.readRefusal(status, headers, body)).toEqual({
      trouble: "rate_limit",
      dimension: read,
      waitMs: 16_000,
    });
  });

  it("speaks of a wait only when a scenario asks for that, and a lie stands in the headers", () => {
    expect(errorOf(refuse().body).message).not.toMatch(/try again in/);
    const spoken = refuse({ hints: ["body"], announcedMs: 3_000 });
    expect(errorOf(spoken.body).message).toMatch(/ Please try again in 3s\.$/);
    expect(headerValue(spoken.headers, "retry-after")).toBeUndefined();
    const lie = refuse({ hints: ["header", "body"], announcedMs: 60_000 });
    expect(headerValue(lie.headers, "retry-after")).toBe("60");
    expect(errorOf(lie.body).message).toMatch(/ Please try again in 16s\.$/);
  });
});

describe("spent money", () => {
  it("is a 429 without Retry-After and with a code of its own, until the first of the next month", () => {
    const { status, headers, body } = anthropicMessages.refuse(
      { kind: "quota_exceeded", quota: undefined },
      messagesCall(),
      { ...CONTEXT, wallMs: Date.UTC(2026, 11, 31, 23) },
    );
    expect(status).toBe(429);
    expect(headerValue(headers, "retry-after")).toBeUndefined();
    const { error } = JSON.parse(textOf(body));
    expect(error).toMatchObject({ type: "rate_limit_error", details: { error_code: "enforced_spend_limit_reached" } });
    expect(error.message).toContain("You will regain access on 2027-01-01 at 00:00 UTC.");
  });

  it.each([
    [undefined, 429],
    ["own_spend_limit", 400],
    ["credit_balance", 400],
  ])("of the kind %s is read back as what it is", (quota, expected) => {
    const { status, headers, body } = anthropicMessages.refuse(
      { kind: "quota_exceeded", quota },
      messagesCall(),
      CONTEXT,
    );
    expect(status).toBe(expected);
    expect(anthropicMessages.readRefusal(status, headers, body)?.trouble).toBe("quota_exceeded");
  });
});

describe("reading refusals of others", () => {
  const read = (status: number, error: object, headers: string[] = []) =>
    anthropicMessages.readRefusal(status, headers, bytesOf(JSON.stringify({ type: "error", error })));

  it.each([
    ["This request would exceed the rate limit for your organization (x) of 8,000 output tokens per minute.", "otpm"],
    ["Number of request tokens has exceeded your per-minute rate limit (…)", "tpm"],
    ["Number of requests has exceeded your per-minute rate limit (…)", "rpm"],
    ["This request would exceed your account's rate limit. Please try again later.", undefined],
  ])("finds the dimension in: %s", (message, dimension) => {
    expect(read(429, { type: "rate_limit_error", message }, ["Retry-After", "7"])).toEqual({
      trouble: "rate_limit",
      dimension,
      waitMs: 7_000,
    });
  });

  it("knows overload, spent money and what is no refusal of capacity", () => {
    expect(read(529, {})).toEqual({ trouble: "overloaded", dimension: undefined, waitMs: undefined });
    expect(read(402, { type: "billing_error", message: "…" })?.trouble).toBe("quota_exceeded");
    expect(read(429, { details: { error_code: "contract_spend_limit_reached" } })?.trouble).toBe("quota_exceeded");
    expect(read(400, { type: "invalid_request_error", message: "prompt is too long" })).toBeUndefined();
    expect(read(500, { type: "api_error", message: "Internal server error" })).toBeUndefined();
  });
});
