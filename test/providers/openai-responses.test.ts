import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { PlainReply, StreamErrorShape, Trouble } from "../../src/core/dialect.ts";
import { openAiResponses } from "../../src/providers/openai-responses.ts";
import { bytesOf, CONTEXT, chatRequest, frameOf, plainReply, streamReply, textOf } from "../support/openai.ts";
import { failureOf, withOpenAi } from "../support/openai-clients.ts";

const ASKED = { model: "sample-model", input: "Say hello." };

function callOf(changes: object = {}, path = "/v1/responses") {
  const call = openAiResponses.recognise(chatRequest({ ...ASKED, ...changes }, path));
  if (call === undefined) throw new Error("not recognised");
  return call;
}

const written = (changes: object, reply: PlainReply = plainReply()) => {
  const { contentType, frames } = openAiResponses.write(reply, callOf(changes));
  return streamReply(frames, contentType);
};

const TOOL_REPLY = plainReply({
  pieces: [],
  finish: "tool_calls",
  toolCall: { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] },
});

const read = (value: unknown) =>
  openAiResponses.read(frameOf(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`));

describe("recognising", () => {
  it.each([
    "/v1/responses",
    "/responses",
    "/v1/v1/responses",
    "/openai/v1/responses?api-version=preview",
  ])("takes %s", (path) => expect(callOf({}, path).dialect).toBe("openai-responses"));

  it.each([
    ["GET", "/v1/responses"],
    ["POST", "/v1/responses/resp_1"],
    ["POST", "/v1/responses/resp_1/cancel"],
    ["POST", "/v1/responses/input_tokens"],
    ["POST", "/v1/chat/completions"],
    ["POST", "/v1/files?then=/responses"],
  ])("leaves %s %s", (method, path) => {
    expect(openAiResponses.concerns({ method, path, headers: [] })).toBe(false);
    expect(openAiResponses.recognise({ ...chatRequest(ASKED, path), method })).toBeUndefined();
  });

  it("reads what the proxy must understand", () => {
    const call = callOf({
      stream: true,
      max_output_tokens: 200,
      instructions: "Be brief.",
      tools: [{ type: "function", name: "weather", parameters: {} }],
      input: [
        { role: "user", content: "first" },
        { type: "function_call", call_id: "call_1", name: "weather", arguments: "{}" },
        { type: "function_call_output", call_id: "call_1", output: "sunny" },
        { role: "user", content: [{ type: "input_text", text: "What is this?" }, { type: "input_image" }] },
      ],
    });
    expect(call).toMatchObject({
      provider: "openai",
      stream: true,
      usageInStream: true,
      tools: true,
      maxOutputTokens: 200,
      lastUserText: "What is this?",
    });
    expect(call.inputTokens).toBeGreaterThan(20);
    expect(openAiResponses.charge(call).tokens).toBe(200);
    expect(callOf().lastUserText).toBe("Say hello.");
  });
});

describe("reading events", () => {
  it.each([
    [
      { type: "response.output_text.delta", delta: "Hel", obfuscation: "xx" },
      { text: "Hel", tokens: 1 },
    ],
    [{ type: "response.refusal.delta", delta: "No." }, { text: "No." }],
    [
      { type: "response.function_call_arguments.delta", delta: '{"a' },
      { toolArguments: '{"a', text: "" },
    ],
    [
      { type: "response.reasoning_summary_text.delta", delta: "hm" },
      { reasoning: "hm", text: "" },
    ],
    [
      { type: "response.output_item.added", item: { type: "function_call", name: "weather" } },
      { text: "", tokens: 2 },
    ],
  ])("takes %j", (event, meaning) => expect(read(event)).toMatchObject(meaning));

  it.each([
    { type: "response.output_text.done", text: "Hello there" },
    { type: "response.content_part.done", part: { type: "output_text", text: "Hello there" } },
    { type: "response.output_item.done", item: { type: "message", content: [{ text: "Hello there" }] } },
    { type: "response.created", response: { status: "in_progress", usage: null, error: null } },
    { type: "response.of_tomorrow", delta: { deep: 1 }, moon: null },
    { type: 7, response: "x" },
  ])("takes no content from %j", (event) =>
    expect(read(event)).toEqual({ text: "", toolArguments: "", reasoning: "", tokens: 0 }));

  it.each(["completed", "incomplete", "failed"])("ends with response.%s", (status) => {
    const usage = { input_tokens: 9, output_tokens: 4, input_tokens_details: { cached_tokens: 3 } };
    const meaning = read({ type: `response.${status}`, response: { status, usage, output: [] } });
    expect(meaning).toMatchObject({ finish: status, terminator: true });
    expect(meaning.usage).toEqual({ inputTokens: 9, outputTokens: 4, cachedTokens: 3 });
  });

  it("survives anything", () => {
    for (const data of ["{", "7", "null", '{"type":"error"}', '{"type":"response.failed","response":7}', ""])
      expect(() => read(data)).not.toThrow();
  });

  it("reads a whole response, and an error under a 200", () => {
    const [body] = openAiResponses.write(TOOL_REPLY, callOf()).frames;
    expect(openAiResponses.readWhole(body ?? bytesOf(""))).toMatchObject({
      toolArguments: '{"city":"Rome"}',
      finish: "completed",
      usage: { inputTokens: 3 },
    });
    const error = {
      error: { message: "Rate limit reached", type: "tokens", param: null, code: "rate_limit_exceeded" },
    };
    expect(openAiResponses.readWhole(bytesOf(JSON.stringify(error))).error?.code).toBe("rate_limit_exceeded");
  });
});

describe("writing", () => {
  it("numbers the events in the documented order", () => {
    const events = openAiResponses.write(plainReply(), callOf({ stream: true })).frames.map(textOf);
    const parsed = events.map((text) => JSON.parse(text.split("\ndata: ")[1] ?? ""));
    expect(events.every((text, i) => text.startsWith(`event: ${parsed[i].type}\n`))).toBe(true);
    expect(parsed.map(({ sequence_number }) => sequence_number)).toEqual(parsed.map((_, i) => i));
    expect(parsed.map(({ type }) => type)).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(events.join("")).not.toContain("[DONE]");
    expect(parsed[4].obfuscation).toHaveLength(13);
  });

  it("pads nothing when told not to", () => {
    const call = callOf({ stream: true, stream_options: { include_obfuscation: false } });
    expect(openAiResponses.write(plainReply(), call).frames.map(textOf).join("")).not.toContain("obfuscation");
  });
});

describe("the official client", () => {
  it("reads a whole answer", async () => {
    const response = await withOpenAi(written({}), (client) => client.responses.create(ASKED));
    expect(response.output_text).toBe("Hello there");
    expect(response).toMatchObject({ status: "completed", usage: { total_tokens: 6 } });
  });

  it("assembles a stream", async () => {
    const response = await withOpenAi(written({ stream: true }), (client) =>
      client.responses.stream(ASKED).finalResponse(),
    );
    expect(response.output_text).toBe("Hello there");
    expect(response.status).toBe("completed");
  });

  it("assembles the call of a function", async () => {
    const response = await withOpenAi(written({ stream: true }, TOOL_REPLY), (client) =>
      client.responses.stream(ASKED).finalResponse(),
    );
    expect(response.output).toMatchObject([
      { type: "function_call", call_id: "call_1", name: "weather", arguments: '{"city":"Rome"}' },
    ]);
  });

  it("takes a cut answer for incomplete", async () => {
    const response = await withOpenAi(written({ stream: true }, plainReply({ finish: "length" })), (client) =>
      client.responses.stream(ASKED).finalResponse(),
    );
    expect(response).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
  });

  it("has its own class for a refusal", async () => {
    const reply = openAiResponses.refuse({ kind: "overloaded", retryAfterMs: 1_000 }, callOf(), CONTEXT);
    const error = await failureOf(withOpenAi(reply, (client) => client.responses.create(ASKED)));
    expect(error).toMatchObject({ constructor: OpenAI.InternalServerError, status: 503 });
  });

  it("yields nothing from a JSON error under a 200", async () => {
    const { body } = openAiResponses.refuse({ kind: "server_error", retryAfterMs: undefined }, callOf(), CONTEXT);
    const reply = { status: 200, headers: ["content-type", "application/json"], body };
    const seen = await withOpenAi(reply, async (client) => {
      const events: unknown[] = [];
      for await (const event of await client.responses.create({ ...ASKED, stream: true })) events.push(event);
      return events;
    });
    expect(seen).toEqual([]);
  });
});

describe("an error inside a stream", () => {
  const refusal = {
    dimension: "tpm",
    limit: 30_000,
    used: 25_265,
    requested: 8_020,
    waitMs: 6_570,
    windowMs: 60_000,
  } as const;
  const limited = (shape?: StreamErrorShape): Trouble => ({
    kind: "rate_limit",
    refusal,
    readings: [],
    hints: undefined,
    ...(shape && { shape }),
  });
  const broken = (trouble: Trouble, streamEvents?: number) =>
    textOf(
      openAiResponses.breakStream(trouble, callOf({ stream: true }), {
        ...CONTEXT,
        ...(streamEvents !== undefined && { streamEvents }),
      }) ?? bytesOf(""),
    );

  /** What `create` yields and throws when the stream begins well and then breaks so. */
  async function consume(trouble: Trouble) {
    const call = callOf({ stream: true });
    const { frames } = openAiResponses.write(plainReply(), call);
    const reply = streamReply([...frames.slice(0, 5), bytesOf(broken(trouble, 5))]);
    const types: string[] = [];
    const error = await withOpenAi(reply, async (client) => {
      for await (const event of await client.responses.create({ ...ASKED, stream: true })) types.push(event.type);
    }).catch((thrown: unknown) => thrown);
    return { last: types.at(-1), error };
  }

  it("is nested by default, as captured (goai#88)", async () => {
    const data = JSON.parse(broken(limited()).split("data: ")[1] ?? "");
    expect(data).toEqual({
      type: "error",
      error: {
        type: "tokens",
        code: "rate_limit_exceeded",
        headers: {
          "x-ratelimit-limit-tokens": "30000",
          "x-ratelimit-remaining-tokens": "4735",
          "x-ratelimit-reset-tokens": "50.53s",
        },
        message: expect.stringContaining("Please try again in 6.57s."),
        param: null,
      },
      sequence_number: 2,
    });
    const { last, error } = await consume(limited());
    expect(last).toBe("response.output_text.delta");
    expect(error).toMatchObject({ constructor: OpenAI.APIError, code: "rate_limit_exceeded", status: undefined });
  });

  it("flat: throws too, with its code", async () => {
    expect(JSON.parse(broken(limited("flat"), 9).split("data: ")[1] ?? "")).toMatchObject({
      type: "error",
      code: "rate_limit_exceeded",
      param: null,
      sequence_number: 9,
    });
    const { error } = await consume(limited("flat"));
    expect(error).toMatchObject({ constructor: OpenAI.APIError, code: "rate_limit_exceeded" });
  });

  it("failed: is one more event, and nobody throws", async () => {
    expect(read(JSON.parse(broken(limited("failed")).split("data: ")[1] ?? ""))).toMatchObject({
      finish: "failed",
      error: { code: "rate_limit_exceeded" },
    });
    const { last, error } = await consume(limited("failed"));
    expect([last, error]).toEqual(["response.failed", undefined]);
    const overloaded = broken({ kind: "server_error", retryAfterMs: undefined, shape: "failed" });
    expect(overloaded).toContain('"error":{"code":"server_error"');
  });

  it("has none for what shows before a stream begins", () => {
    expect(broken({ kind: "bad_key", shape: "flat" })).toBe("");
  });
});
