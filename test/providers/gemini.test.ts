import { describe, expect, it } from "vitest";
import type { FrameMeaning } from "../../src/core/dialect.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { ARRAY, chunkOf, dataFrame, geminiCall, geminiRequest, MODEL, SSE, VERTEX, WHOLE } from "../support/gemini.ts";
import { bytesOf, CONTEXT, frameOf, plainReply, textOf } from "../support/openai.ts";

const request = (path: string, method = "POST") => ({ method, path, headers: [] });

describe("recognising a call", () => {
  it.each([
    [WHOLE, { model: MODEL, provider: "gemini", stream: false, apiVersion: "v1beta" }],
    [SSE, { model: MODEL, provider: "gemini", stream: true, framing: undefined }],
    [ARRAY, { stream: true, framing: "json_array" }],
    [`${ARRAY}?key=k&alt=json`, { stream: true, framing: "json_array" }],
    [`${ARRAY}?key=k&$alt=sse&x=1`, { stream: true, framing: undefined }],
    [`/v1/models/${MODEL}:generateContent`, { model: MODEL, apiVersion: "v1" }],
    [`/models/${MODEL}:generateContent`, { model: MODEL, apiVersion: undefined }],
    [`/gateway/google/v1beta/models/${MODEL}:generateContent`, { model: MODEL, apiVersion: "v1beta" }],
    [`/v1beta/models/vendor%2Fname%3AgenerateContent`, { model: "vendor/name", stream: false }],
    ["/v1beta/tunedModels/mine-1:generateContent", { model: "tunedModels/mine-1", provider: "gemini" }],
    [VERTEX, { model: MODEL, provider: "vertex", stream: true, apiVersion: "v1" }],
    [`/v1/publishers/google/models/${MODEL}:generateContent`, { model: MODEL, provider: "vertex" }],
    [
      "/v1beta1/projects/p/locations/us-central1/endpoints/42:streamGenerateContent",
      { model: "endpoints/42", provider: "vertex", apiVersion: "v1beta1", framing: "json_array" },
    ],
  ])("takes %s", (path, expected) => {
    expect(gemini.concerns(request(path))).toBe(true);
    const call = gemini.recognise(geminiRequest(path));
    expect({ ...call, framing: call?.framing, apiVersion: call?.apiVersion }).toMatchObject(expected);
  });

  it.each([
    ["GET", WHOLE],
    ["POST", `/v1beta/models/${MODEL}:countTokens`],
    ["POST", `/v1beta/models/${MODEL}:embedContent`],
    ["POST", `/v1beta/models/${MODEL}:batchGenerateContent`],
    ["POST", "/v1/projects/p/locations/l/publishers/anthropic/models/m:streamRawPredict"],
    ["POST", "/v1beta/openai/chat/completions"],
    ["POST", `/v1beta/files?then=/models/${MODEL}:generateContent`],
    ["POST", "/:generateContent"],
    ["POST", "/v1beta/models/:generateContent"],
    ["POST", `/v1beta/models/${MODEL}:generateContent/operations`],
  ])("leaves %s %s", (method, path) => {
    expect(gemini.concerns(request(path, method))).toBe(false);
  });

  it.each([
    "",
    "null",
    "[]",
    "{",
    '{"contents":[]}',
    '{"contents":"x"}',
    '{"contents":[7]}',
    "ÿ",
    "contents=x",
  ])("leaves the body %s", (body) => {
    expect(gemini.recognise({ ...geminiRequest(), body: bytesOf(body) })).toBeUndefined();
  });

  it("is quick with a hostile path", () => {
    const path = `/${"models/".repeat(3_000)}${"a:".repeat(3_000)}`;
    const startedMs = performance.now();
    expect(gemini.concerns(request(path))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it("reads what the proxy must understand", () => {
    const call = geminiCall(SSE, {
      systemInstruction: { parts: [{ text: "x".repeat(40) }] },
      contents: [
        { role: "user", parts: [{ text: "first" }] },
        { role: "model", parts: [{ functionCall: { name: "weather", args: { city: "Rome" } } }] },
        {
          parts: [{ text: "se" }, { inlineData: { mimeType: "image/png", data: "A".repeat(9_000) } }, { text: "cond" }],
        },
        { role: "user", parts: [{ functionResponse: { name: "weather", response: { sky: "clear" } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: "weather" }] }],
      generationConfig: { maxOutputTokens: 200, candidateCount: 2 },
      futureField: { deep: true },
    });
    expect(call).toMatchObject({ maxOutputTokens: 200, choices: 2, tools: true, usageInStream: true });
    expect(call.lastUserText).toBe("second");
    expect(call.inputTokens).toBeGreaterThan(40);
    expect(call.inputTokens).toBeLessThan(80);
    expect(gemini.charge(call)).toEqual({
      requests: 1,
      inputTokens: call.inputTokens,
      outputTokens: 0,
      tokens: call.inputTokens,
    });
  });

  it("takes Google's other spellings: snake_case, and one object where a list is due", () => {
    const call = geminiCall(WHOLE, {
      system_instruction: { parts: { text: "x".repeat(400) } },
      contents: { role: "user", parts: { text: "Say hello." } },
      generation_config: { max_output_tokens: 7, candidate_count: 3 },
      generationConfig: undefined,
      tools: { google_search: {} },
    });
    expect(call).toMatchObject({ maxOutputTokens: 7, choices: 3, tools: true, lastUserText: "Say hello." });
    expect(call.inputTokens).toBeGreaterThan(100);
    expect(geminiCall(WHOLE, { tools: [{}] }).tools).toBe(false);
  });
});

describe("reading a stream", () => {
  const read = (value: unknown) => gemini.read(dataFrame(value));

  it("tells text, thoughts and function calls apart", () => {
    const meaning = read(
      chunkOf([
        { text: "Let me think.", thought: true },
        { text: "Hello" },
        { functionCall: { name: "weather", args: { city: "Rome" } } },
        { executableCode: { language: "PYTHON", code: "print(1)" } },
        { inlineData: { mimeType: "image/png", data: "AAAA" } },
        { thoughtSignature: "c2ln", text: "" },
      ]),
    );
    expect(meaning).toMatchObject({
      text: "Hello",
      reasoning: "Let me think.",
      toolArguments: '{"city":"Rome"}print(1)',
    });
    expect(meaning.tokens).toBeGreaterThan(8);
    expect(meaning.finish).toBeUndefined();
  });

  it("reads arguments that come by and by", () => {
    const partialArgs = [{ jsonPath: "$.city", stringValue: "Ro" }];
    expect(read(chunkOf([{ functionCall: { name: "weather", partialArgs, willContinue: true } }])).toolArguments).toBe(
      JSON.stringify(partialArgs),
    );
  });

  it("takes the usage that comes with the finish, or alone behind it, for the one that settles", () => {
    const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 3, totalTokenCount: 13 };
    expect(read({ ...chunkOf([{ text: "a" }]), usageMetadata }).usage).toBeUndefined();
    const last = { ...usageMetadata, thoughtsTokenCount: 20, cachedContentTokenCount: 4, toolUsePromptTokenCount: 5 };
    const settled = { inputTokens: 15, outputTokens: 23, cachedTokens: 4 };
    expect(read({ ...chunkOf([{ text: "b" }], { finishReason: "STOP" }), usageMetadata: last })).toMatchObject({
      text: "b",
      finish: "STOP",
      usage: settled,
    });
    expect(read({ usageMetadata: last }).usage).toEqual(settled);
  });

  it.each([
    [
      { promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 9 } },
      "PROHIBITED_CONTENT",
    ],
    [{ candidates: [{ finishReason: "SAFETY", safetyRatings: [{ blocked: true }] }] }, "SAFETY"],
    [{ candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL", content: {} }] }, "MALFORMED_FUNCTION_CALL"],
    [chunkOf([], { finishReason: "MAX_TOKENS" }), "MAX_TOKENS"],
    [chunkOf([{ text: "a" }], { finishReason: "FINISH_REASON_UNSPECIFIED" }), undefined],
    [chunkOf([{ text: "a" }]), undefined],
  ])("finds the finish of %j", (chunk, finish) => {
    expect(read(chunk).finish).toBe(finish);
  });

  it("pays for every candidate, and takes the first for the answer", () => {
    const candidates = ["one", "two"].map((text, index) => ({ index, content: { parts: [{ text }] } }));
    expect(read({ candidates })).toMatchObject({ text: "one", tokens: 2 });
  });

  it("finds an error as an event's data, as an element, and bare", () => {
    const error = { code: 503, message: "high demand", status: "UNAVAILABLE" };
    const found = { code: "503", type: "UNAVAILABLE", message: "high demand" };
    expect(read({ error }).error).toEqual(found);
    const bare = bytesOf(JSON.stringify({ error }, null, 2));
    expect(gemini.read({ bytes: bare, arrivedMs: 0, event: undefined, data: undefined, whole: false }).error).toEqual(
      found,
    );
  });

  it.each([
    '{"candidates":null}',
    '{"candidates":[null,7,{"content":{"parts":[null,{"text":null},{"functionCall":"x"}]}}]}',
    '{"candidates":[{"index":0,"content":"later","finishReason":7}],"usageMetadata":{"promptTokenCount":"many"}}',
    '{"promptFeedback":[],"error":"text","newThing":{"parts":[{"text":"not ours"}]}}',
    "[1,2",
    "",
  ])("takes %s for nothing", (data) => {
    const nothing: FrameMeaning = { text: "", toolArguments: "", reasoning: "", tokens: 0 };
    expect(gemini.read(dataFrame(data))).toEqual(nothing);
  });

  it("knows a comment and the end of an array", () => {
    expect(gemini.read(frameOf(": ping\n\n")).keepAlive).toBe(true);
    expect(gemini.read(dataFrame("]")).terminator).toBe(true);
  });

  it("reads a whole body, and an array of chunks nobody cut", () => {
    const usageMetadata = { promptTokenCount: 2, candidatesTokenCount: 5 };
    const whole = { ...chunkOf([{ text: "Hi" }], { finishReason: "STOP" }), usageMetadata };
    expect(gemini.readWhole(bytesOf(JSON.stringify(whole)))).toMatchObject({
      text: "Hi",
      finish: "STOP",
      usage: { inputTokens: 2, outputTokens: 5 },
    });
    expect(gemini.readWhole(bytesOf(JSON.stringify([chunkOf([{ text: "Oh, " }]), whole])))).toMatchObject({
      text: "Oh, Hi",
      finish: "STOP",
      usage: { inputTokens: 2, outputTokens: 5 },
    });
  });
});

describe("writing", () => {
  const written = (path: string, reply = plainReply()) => gemini.write(reply, geminiCall(path));
  const TOOL_CALL = { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] };

  it("sends events without names and without [DONE]", () => {
    const { contentType, frames } = written(SSE);
    expect(contentType).toBe("text/event-stream");
    expect(frames.map(textOf).every((text) => /^data: \{.*\}\r\n\r\n$/.test(text))).toBe(true);
    const chunks = frames.map((frame) => JSON.parse(textOf(frame).slice(6)));
    expect(chunks.map((chunk) => chunk.candidates[0].content.parts[0].text)).toEqual(["Hel", "lo", " there", ""]);
    expect(chunks.map((chunk) => chunk.candidates[0].finishReason)).toEqual([undefined, undefined, undefined, "STOP"]);
    expect(chunks.every((chunk) => chunk.usageMetadata.promptTokenCount === 3 && chunk.modelVersion === MODEL)).toBe(
      true,
    );
    expect(chunks.at(-1).usageMetadata).toMatchObject({ candidatesTokenCount: 3, totalTokenCount: 6 });
  });

  it("sends one array without alt=sse, which its splitter takes apart again", () => {
    const { contentType, frames } = written(ARRAY);
    expect(contentType).toBe("application/json; charset=UTF-8");
    expect(JSON.parse(frames.map(textOf).join(""))).toHaveLength(4);
    const splitter = gemini.splitter?.(contentType, geminiCall(ARRAY));
    const cut = frames.flatMap((frame) => splitter?.push(frame) ?? []);
    const meanings = cut.map((frame) => gemini.read({ ...frame, arrivedMs: 0 }));
    expect(meanings.map(({ text }) => text).join("")).toBe("Hello there");
    expect(meanings.map(({ finish, terminator }) => finish ?? terminator).slice(3)).toEqual(["STOP", true, undefined]);
    expect(meanings[3]?.usage).toEqual({ inputTokens: 3, outputTokens: 3 });
  });

  it("has a splitter for streams of JSON alone", () => {
    const has = (type: string, path: string) => gemini.splitter?.(type, geminiCall(path)) !== undefined;
    expect(has("application/json", ARRAY)).toBe(true);
    expect(has("text/html", ARRAY)).toBe(false);
    expect(has("text/event-stream", SSE)).toBe(false);
    expect(has("application/json", SSE)).toBe(false);
    expect(has("application/json", WHOLE)).toBe(false);
  });

  it("sends a function call in one piece, with the finish of any other answer", () => {
    const { frames } = written(SSE, plainReply({ pieces: [], finish: "tool_calls", toolCall: TOOL_CALL }));
    const meanings = frames.map((frame) => gemini.read(frameOf(textOf(frame))));
    expect(meanings.map(({ toolArguments }) => toolArguments)).toEqual(['{"city":"Rome"}', ""]);
    expect(meanings[1]?.finish).toBe("STOP");
    const whole = JSON.parse(
      textOf(written(WHOLE, plainReply({ pieces: [], toolCall: TOOL_CALL })).frames[0] ?? bytesOf("")),
    );
    expect(whole.candidates[0].content.parts).toEqual([
      { functionCall: { id: "call_1", name: "weather", args: { city: "Rome" } } },
    ]);
  });

  it("has no half arguments: such an answer has no call, and says why", () => {
    const cutOff = { ...TOOL_CALL, argumentPieces: ['{"city":'] };
    for (const [finish, told] of [
      ["length", "MAX_TOKENS"],
      ["tool_calls", "MALFORMED_FUNCTION_CALL"],
    ] as const) {
      const { frames } = written(WHOLE, plainReply({ pieces: [], finish, toolCall: cutOff }));
      expect(gemini.readWhole(frames[0] ?? bytesOf(""))).toMatchObject({ finish: told, toolArguments: "" });
    }
  });

  it("bounds the candidates a body may ask for", () => {
    const call = geminiCall(WHOLE, { generationConfig: { candidateCount: 1_000_000_000 } });
    const body = JSON.parse(textOf(gemini.write(plainReply(), call).frames[0] ?? bytesOf("")));
    expect(body.candidates).toHaveLength(8);
  });

  it("breaks an array so that it stays one", () => {
    const trouble = { kind: "overloaded", retryAfterMs: undefined } as const;
    const call = geminiCall(ARRAY);
    const { frames } = gemini.write(plainReply(), call);
    for (const streamEvents of [0, 2]) {
      const error = gemini.breakStream(trouble, call, { ...CONTEXT, streamEvents }) ?? bytesOf("");
      const elements = JSON.parse([...frames.slice(0, streamEvents), error].map(textOf).join(""));
      expect(elements).toHaveLength(streamEvents + 1);
      expect(elements.at(-1).error).toMatchObject({ code: 503, status: "UNAVAILABLE" });
    }
  });
});
