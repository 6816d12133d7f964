import { describe, expect, it } from "vitest";
import type { StreamFrame } from "../../src/core/dialect.ts";
import { openAiChat } from "../../src/providers/openai-chat.ts";
import { bytesOf, CONTEXT, chatCall, chatRequest, frameOf, headersOf, plainReply, textOf } from "../support/openai.ts";

const request = (path: string, method = "POST") => ({ method, path, headers: [] });

describe("recognising a call", () => {
  it.each([
    "/v1/chat/completions",
    "/chat/completions",
    "/v1/v1/chat/completions",
    "/gateway/openai/v1/chat/completions?debug=1",
  ])("takes %s", (path) => {
    expect(openAiChat.concerns(request(path))).toBe(true);
  });

  it.each([
    ["GET", "/v1/chat/completions"],
    ["POST", "/v1/chat/completions/chatcmpl-1"],
    ["POST", "/v1/completions"],
    ["POST", "/v1/responses"],
    ["POST", "/v1/files?then=/chat/completions"],
    ["POST", "/"],
  ])("leaves %s %s", (method, path) => {
    expect(openAiChat.concerns(request(path, method))).toBe(false);
  });

  it.each([
    "",
    "null",
    "[]",
    "{",
    '{"messages":[]}',
    '{"model":""}',
    '{"model":7}',
    "\u00ff",
    "model=x",
  ])("leaves the body %s", (body) => {
    expect(openAiChat.recognise(chatRequest(body))).toBeUndefined();
  });

  it("leaves a body that is not UTF-8", () => {
    const body = Uint8Array.of(...bytesOf('{"model":"x'), 0xff, ...bytesOf('"}'));
    expect(openAiChat.recognise({ ...chatRequest(""), body })).toBeUndefined();
  });

  it("reads what the proxy must understand", () => {
    const call = chatCall({
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 200,
      max_tokens: 100,
      n: 2,
      tools: [{ type: "function", function: { name: "weather" } }],
      messages: [
        { role: "user", content: "first" },
        { role: "assistant", content: null, tool_calls: [{ function: { arguments: "{}" } }] },
        {
          role: "user",
          content: [{ type: "text", text: "What is " }, { type: "image_url" }, { type: "text", text: "this?" }],
        },
        { role: "tool", content: "sunny" },
      ],
    });
    expect(call).toMatchObject({
      dialect: "openai-chat",
      provider: "openai",
      stream: true,
      usageInStream: true,
      tools: true,
      maxOutputTokens: 200,
      choices: 2,
      lastUserText: "What is this?",
    });
  });

  it("has quiet defaults, and is not confused by unknown or odd fields", () => {
    const odd = {
      max_tokens: "many",
      n: -1,
      stream: "yes",
      stream_options: null,
      tools: {},
      messages: "hi",
      moon: { full: 1 },
    };
    expect(chatCall(odd)).toMatchObject({
      stream: false,
      usageInStream: false,
      tools: false,
      maxOutputTokens: undefined,
      choices: 1,
      lastUserText: "",
    });
  });
});

describe("charging", () => {
  const prompt = { messages: [{ role: "user", content: "x".repeat(400) }] };

  it("takes the larger of maximum output and estimate, not their sum", () => {
    expect(openAiChat.charge(chatCall({ ...prompt, max_tokens: 30 })).tokens).toBe(100);
    expect(openAiChat.charge(chatCall({ ...prompt, max_tokens: 3_000 }))).toEqual({
      requests: 1,
      inputTokens: 100,
      outputTokens: 3_000,
      tokens: 3_000,
    });
  });

  it("charges the definitions of tools, and nothing for an image's base64", () => {
    const bare = openAiChat.charge(chatCall(prompt)).tokens;
    expect(
      openAiChat.charge(chatCall({ ...prompt, tools: [{ function: { name: "y".repeat(80) } }] })).tokens,
    ).toBeGreaterThan(bare + 19);
    const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(9_000)}` } };
    expect(openAiChat.charge(chatCall({ messages: [{ role: "user", content: [image] }] })).tokens).toBe(1);
  });
});

describe("reading a stream", () => {
  const read = (value: unknown) =>
    openAiChat.read(frameOf(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`));
  const delta = (part: object, more: object = {}) =>
    read({
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: part, finish_reason: null, ...more }],
      usage: null,
    });

  it("takes no content from the role", () => {
    expect(delta({ role: "assistant", content: "", refusal: null })).toEqual({
      text: "",
      toolArguments: "",
      reasoning: "",
      tokens: 0,
    });
  });

  it.each([
    [{ content: "Hel" }, { text: "Hel", tokens: 1 }],
    [{ refusal: "I cannot" }, { text: "I cannot", tokens: 2 }],
    [{ reasoning_content: "hm" }, { reasoning: "hm", text: "", tokens: 1 }],
    [{ reasoning: "hm" }, { reasoning: "hm", text: "", tokens: 1 }],
    [
      { tool_calls: [{ index: 0, id: "call_1", function: { name: "weather", arguments: "" } }] },
      { toolArguments: "", tokens: 2 },
    ],
    [{ tool_calls: [{ index: 0, function: { arguments: '{"ci' } }] }, { toolArguments: '{"ci', tokens: 1 }],
    [{ function_call: { arguments: "{}" } }, { toolArguments: "{}", tokens: 1 }],
  ])("reads %j", (part, meaning) => {
    expect(delta(part)).toMatchObject(meaning);
  });

  it("counts every choice, and takes the first for the text", () => {
    const choices = [
      { index: 1, delta: { content: "other" } },
      { index: 0, delta: { content: "mine" } },
    ];
    expect(read({ choices })).toMatchObject({ text: "mine", tokens: 3 });
  });

  it("reads finish, usage, error and the end", () => {
    expect(delta({}, { finish_reason: "length" }).finish).toBe("length");
    expect(delta({}).finish).toBeUndefined();
    const usage = { prompt_tokens: 9, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 3 } };
    expect(read({ choices: [], usage }).usage).toEqual({ inputTokens: 9, outputTokens: 4, cachedTokens: 3 });
    expect(read({ error: { message: "no", type: "server_error", param: null, code: null } }).error).toEqual({
      message: "no",
      type: "server_error",
      code: undefined,
    });
    expect(read({ error: { message: "no", code: 400 } }).error?.code).toBe("400");
    expect(read("[DONE]")).toMatchObject({ terminator: true });
  });

  it("knows a comment for a keep-alive, and a chunk outside SSE for nothing", () => {
    expect(openAiChat.read(frameOf(": processing\n\n")).keepAlive).toBe(true);
    expect(openAiChat.read(frameOf("\n: processing\r\n\r")).keepAlive).toBe(true);
    const chunk: StreamFrame = { ...frameOf(""), bytes: bytesOf('{"id"') };
    expect(openAiChat.read(chunk)).toEqual({ text: "", toolArguments: "", reasoning: "", tokens: 0 });
  });

  it.each([
    "{",
    "7",
    "null",
    '"x"',
    '{"choices":7}',
    '{"choices":[null,[],{"delta":"x"}]}',
    '{"usage":{"prompt_tokens":"a"}}',
    "",
  ])("survives %s", (data) => {
    expect(read(data)).toEqual({ text: "", toolArguments: "", reasoning: "", tokens: 0 });
  });
});

describe("countdown on success", () => {
  it("counts down as captured (open-webui#3743, MetaGPT#523)", () => {
    const headers = headersOf(
      openAiChat.limitHeaders(
        [
          { dimension: "rpm", limit: 500, used: 1, windowMs: 60_000, resetMs: 120 },
          { dimension: "tpm", limit: 30_000, used: 4, windowMs: 60_000, resetMs: 8 },
        ],
        CONTEXT,
      ),
    );
    expect(headers).toEqual({
      "x-ratelimit-limit-requests": "500",
      "x-ratelimit-limit-tokens": "30000",
      "x-ratelimit-remaining-requests": "499",
      "x-ratelimit-remaining-tokens": "29996",
      "x-ratelimit-reset-requests": "120ms",
      "x-ratelimit-reset-tokens": "8ms",
    });
  });

  it("shows the day where less of it is left than of the minute", () => {
    const minute = { dimension: "rpm", limit: 500, used: 1, windowMs: 60_000, resetMs: 120 } as const;
    const day = { dimension: "rpd", limit: 200, used: 1, windowMs: 86_400_000, resetMs: 432_000 } as const;
    expect(headersOf(openAiChat.limitHeaders([minute, day], CONTEXT))).toMatchObject({
      "x-ratelimit-limit-requests": "200",
      "x-ratelimit-reset-requests": "7m12s",
    });
    expect(openAiChat.limitHeaders([], CONTEXT)).toEqual([]);
  });
});

describe("writing an answer", () => {
  const reply = plainReply();
  const toolReply = plainReply({
    pieces: [],
    finish: "tool_calls",
    toolCall: { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] },
  });

  it("reads back what it wrote, whole", () => {
    const { contentType, frames } = openAiChat.write(reply, chatCall());
    expect([contentType, frames.length]).toEqual(["application/json", 1]);
    expect(openAiChat.readWhole(frames[0] ?? new Uint8Array())).toMatchObject({
      text: "Hello there",
      finish: "stop",
      usage: { inputTokens: 3, outputTokens: 3 },
    });
    const tool = openAiChat.readWhole(openAiChat.write(toolReply, chatCall()).frames[0] ?? new Uint8Array());
    expect(tool).toMatchObject({ text: "", toolArguments: '{"city":"Rome"}', finish: "tool_calls" });
  });

  it("streams role, content, finish, usage, end", () => {
    const call = chatCall({ stream: true, stream_options: { include_usage: true } });
    const { contentType, frames } = openAiChat.write(reply, call);
    expect(contentType).toBe("text/event-stream; charset=utf-8");
    const texts = frames.map(textOf);
    expect(texts.every((text) => text.startsWith("data: ") && text.endsWith("\n\n"))).toBe(true);
    expect(texts.at(-1)).toBe("data: [DONE]\n\n");
    const chunks = texts.slice(0, -1).map((text) => JSON.parse(text.slice(6)));
    expect(chunks[0].choices[0].delta).toEqual({ role: "assistant", content: "", refusal: null });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 6 } });
    const meanings = frames.map((bytes) => openAiChat.read(frameOf(textOf(bytes))));
    expect(meanings.map(({ text }) => text).join("")).toBe("Hello there");
    expect(meanings.map(({ finish }) => finish).filter(Boolean)).toEqual(["stop"]);
    expect(meanings.findIndex(({ finish }) => finish)).toBe(frames.length - 3);
    expect(meanings.at(-1)?.terminator).toBe(true);
  });

  it("has no usage field unless asked", () => {
    const { frames } = openAiChat.write(reply, chatCall({ stream: true }));
    expect(frames.map(textOf).join("")).not.toContain('"usage"');
    expect(frames).toHaveLength(6);
  });

  it("streams tool arguments in their pieces", () => {
    const { frames } = openAiChat.write(toolReply, chatCall({ stream: true }));
    const meanings = frames.map((bytes) => openAiChat.read(frameOf(textOf(bytes))));
    expect(meanings.map(({ toolArguments }) => toolArguments).filter(Boolean)).toEqual(['{"city":', '"Rome"}']);
  });

  it("writes every choice, within the platform's bound", () => {
    const many = openAiChat.write(reply, chatCall({ n: 1_000_000_000 })).frames[0];
    expect(JSON.parse(textOf(many ?? new Uint8Array())).choices).toHaveLength(128);
  });
});

describe("breaking a stream", () => {
  const broken = (trouble: Parameters<typeof openAiChat.breakStream>[0]) =>
    openAiChat.breakStream(trouble, chatCall({ stream: true }), CONTEXT);

  it("sends the error, then the end (go-openai#396)", () => {
    const text = textOf(broken({ kind: "server_error", retryAfterMs: undefined }) ?? new Uint8Array());
    const [error, end] = text.split("\n\n");
    expect(openAiChat.read(frameOf(`${error}\n\n`)).error).toMatchObject({ type: "server_error", code: undefined });
    expect(end).toBe("data: [DONE]");
  });

  it("has none for what shows before a stream begins", () => {
    expect(broken({ kind: "bad_key" })).toBeUndefined();
    expect(broken({ kind: "bad_gateway", retryAfterMs: undefined })).toBeUndefined();
  });
});
