import { describe, expect, it } from "vitest";
import type { Trouble } from "../../src/core/dialect.ts";
import { headerValue } from "../../src/core/exchange.ts";
import { bedrock, bedrockInvoke } from "../../src/providers/bedrock.ts";
import { dialects } from "../../src/providers/index.ts";
import { encodeAwsMessage } from "../../src/sse/index.ts";
import {
  awsFrame,
  bedrockCall,
  bedrockRequest,
  claudeBody,
  converseBody,
  eventOf,
  exceptionOf,
  MODEL,
  recordedShape,
  SAY_HELLO,
} from "../support/bedrock.ts";
import { bytesOf, CONTEXT, headersOf, plainReply, textOf } from "../support/openai.ts";

const novaBody = { schemaVersion: "messages-v1", messages: [SAY_HELLO], inferenceConfig: { maxTokens: 40 } };
const titanBody = { inputText: "Say hello.", textGenerationConfig: { maxTokenCount: 60 } };
const llamaBody = { prompt: "Say hello.", max_gen_len: 70 };

const invokePart = (part: object) =>
  eventOf("chunk", { bytes: Buffer.from(JSON.stringify(part)).toString("base64"), p: "abc" });

describe("recognition", () => {
  it.each([
    ["us.vendor.sample-model-v1:0", "us.vendor.sample-model-v1:0"],
    ["arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.vendor.m-v1:0", "us.vendor.m-v1:0"],
    ["arn:aws:bedrock:us-east-1::foundation-model/vendor.m-v1:0", "vendor.m-v1:0"],
    ["arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc123", "provisioned-model/abc123"],
    ["arn:aws-us-gov:bedrock:us-gov-west-1:1:application-inference-profile/x", "application-inference-profile/x"],
  ])("reads the model out of %s, encoded or not", (id, model) => {
    expect(bedrockCall("converse-stream", { model: id })).toMatchObject({ model, stream: true, provider: "bedrock" });
    const raw = { ...bedrockRequest("converse"), path: `/gateway/model/${id}/converse?x=1` };
    expect(bedrock.recognise(raw)).toMatchObject({ model, stream: false });
    expect(JSON.stringify(bedrock.recognise(raw))).not.toContain("111122223333");
  });

  it.each([
    "count-tokens",
    "async-invoke",
    "invoke-with-bidirectional-stream",
    "invoke/x",
  ])("leaves /model/…/%s alone", (ending) => {
    const request = { ...bedrockRequest("converse"), path: `/model/${encodeURIComponent(MODEL)}/${ending}` };
    expect(dialects.some((dialect) => dialect.concerns(request))).toBe(false);
  });

  it("counts everything the model reads in a Converse body, and finds the last words of the user", () => {
    const toolSpec = { name: "weather", description: "d".repeat(400), inputSchema: { json: { type: "object" } } };
    const messages = [
      SAY_HELLO,
      { role: "assistant", content: [{ toolUse: { toolUseId: "t", name: "weather", input: { city: "Rome" } } }] },
      { role: "user", content: [{ toolResult: { toolUseId: "t", content: [{ json: { sky: "s".repeat(400) } }] } }] },
    ];
    const body = converseBody({ messages, system: [{ text: "s".repeat(400) }], toolConfig: { tools: [{ toolSpec }] } });
    const call = bedrockCall("converse", { body });
    expect(call).toMatchObject({ tools: true, maxOutputTokens: 500, lastUserText: "Say hello." });
    expect(call.inputTokens).toBeGreaterThan(300);
    expect(call.inputTokens).toBeLessThan(400);
    const image = { image: { format: "png", source: { bytes: "A".repeat(40_000) } } };
    const withImage = converseBody({ messages: [{ role: "user", content: [{ text: "Look." }, image] }] });
    expect(bedrockCall("converse", { body: withImage }).inputTokens).toBeLessThan(10);
  });

  it.each([
    ["Claude's", claudeBody(), 500],
    ["Nova's", novaBody, 40],
    ["Titan's", titanBody, 60],
    ["another's", llamaBody, 70],
  ])("reads %s body inside InvokeModel", (_, body, maxOutputTokens) => {
    const call = bedrockCall("invoke-with-response-stream", { body });
    expect(call).toMatchObject({
      dialect: "bedrock-invoke",
      stream: true,
      maxOutputTokens,
      lastUserText: "Say hello.",
    });
    expect(call.inputTokens).toBe(3);
  });
});

describe("charging", () => {
  it("reserves the prompt and the maximum output", () => {
    expect(bedrock.charge(bedrockCall("converse"))).toEqual({
      requests: 1,
      inputTokens: 3,
      outputTokens: 500,
      tokens: 503,
    });
    expect(bedrock.charge(bedrockCall("converse", { body: { messages: [SAY_HELLO] } })).tokens).toBe(3 + 4_096);
  });

  it.each([
    ["us.anthropic.claude-3-7-sonnet-20250219-v1:0", 5],
    ["global.anthropic.claude-haiku-4-5-20251001-v1:0", 5],
    ["anthropic.claude-3-5-sonnet-20241022-v2:0", undefined],
    ["amazon.nova-pro-v1:0", undefined],
  ])("knows what output of %s burns", (model, weight) => {
    expect(bedrock.charge(bedrockCall("converse", { model })).outputWeight).toBe(weight);
  });
});

describe("reading", () => {
  it("understands a stream in the shape of a recorded one", () => {
    const meanings = recordedShape().map((bytes) => bedrock.read(awsFrame(bytes)));
    const joined = (part: "text" | "toolArguments" | "reasoning") => meanings.map((one) => one[part]).join("");
    expect(joined("text")).toBe("Grüß Gott. 🌤");
    expect(joined("toolArguments")).toBe('{"city": "Rome"}');
    expect(joined("reasoning")).toBe('The user asks for "usage": 3.');
    expect(meanings.map(({ finish }) => finish).filter(Boolean)).toEqual(["tool_use"]);
    expect(meanings.at(-1)).toMatchObject({
      usage: { inputTokens: 1_012, outputTokens: 77, cachedTokens: 900 },
      terminator: true,
    });
  });

  it("understands Claude's, Nova's, Titan's and other events inside InvokeModel", () => {
    const metrics = { "amazon-bedrock-invocationMetrics": { inputTokenCount: 12, outputTokenCount: 7 } };
    const read = (part: object) => bedrockInvoke.read(awsFrame(invokePart(part)));
    const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } };
    expect(read(delta).text).toBe("Hel");
    expect(read({ type: "message_delta", delta: { stop_reason: "end_turn" } }).finish).toBe("end_turn");
    expect(read({ type: "message_stop", ...metrics })).toMatchObject({
      terminator: true,
      usage: { inputTokens: 12, outputTokens: 7 },
    });
    expect(read({ contentBlockDelta: { delta: { text: "lo" }, contentBlockIndex: 0 } }).text).toBe("lo");
    expect(read({ messageStop: { stopReason: "end_turn" } }).finish).toBe("end_turn");
    expect(read({ ...metrics, metadata: { usage: {} } }).usage?.outputTokens).toBe(7);
    expect(read({ outputText: "T", completionReason: "FINISH" })).toMatchObject({ text: "T", finish: "FINISH" });
    expect(read({ generation: "L", stop_reason: null, ...metrics })).toMatchObject({ text: "L", terminator: true });
    expect(read({ choices: [{ delta: { content: "O" }, finish_reason: "stop" }] })).toMatchObject({
      text: "O",
      finish: "stop",
    });
    expect(read({ surprise: [1] })).toMatchObject({ text: "", tokens: 0 });
  });

  it("tells errors inside the stream, modelled or not, from events", () => {
    const thrown = bedrock.read(awsFrame(exceptionOf("modelStreamErrorException", { message: "broken" })));
    expect(thrown.error).toEqual({ code: "modelStreamErrorException", type: "exception", message: "broken" });
    const failure = { ":message-type": "error", ":error-code": "InternalFailure", ":error-message": "oh" };
    const unmodelled = bedrock.read(awsFrame(encodeAwsMessage(failure, "")));
    expect(unmodelled.error).toEqual({ code: "InternalFailure", type: "error", message: "oh" });
    // An exception of any name, even an event's, is one.
    expect(bedrock.read(awsFrame(exceptionOf("newException", {}))).error?.code).toBe("newException");
    expect(bedrock.read(awsFrame(eventOf("newEvent", {})))).toMatchObject({ text: "", tokens: 0 });
    expect(bedrock.read(awsFrame(bedrock.keepAlive ?? bytesOf(""))).keepAlive).toBe(true);
  });

  it.each([
    ["Titan's", titanBody],
    ["another's", llamaBody],
    ["Nova's", novaBody],
    ["Claude's", claudeBody()],
  ])("reads back what it writes in %s shape", (_, body) => {
    const whole = bedrockCall("invoke", { body });
    const [bytes] = bedrockInvoke.write(plainReply(), whole).frames;
    expect(bedrockInvoke.readWhole(bytes ?? bytesOf(""))).toMatchObject({
      text: "Hello there",
      usage: { inputTokens: 3, outputTokens: 3 },
      finish: expect.any(String),
    });
    const { frames } = bedrockInvoke.write(plainReply(), bedrockCall("invoke-with-response-stream", { body }));
    const meanings = frames.map((frame) => bedrockInvoke.read(awsFrame(frame)));
    expect(meanings.map(({ text }) => text).join("")).toBe("Hello there");
    expect(meanings.filter(({ finish }) => finish !== undefined)).toHaveLength(1);
    expect(meanings.at(-1)).toMatchObject({ terminator: true, usage: { inputTokens: 3, outputTokens: 3 } });
  });
});

describe("refusals", () => {
  const refused = (dimension: "rpm" | "tpm" | "tpd", hints?: ("header" | "ms_header")[]): Trouble => ({
    kind: "rate_limit",
    refusal: { dimension, limit: 1_000, used: 990, requested: 503, waitMs: 29_580, windowMs: 60_000 },
    readings: [],
    hints,
  });

  it.each([
    [
      "rpm",
      "Too many requests, please wait before trying again. You have sent too many requests. Wait before trying again.",
    ],
    ["tpm", "Too many tokens, please wait before trying again."],
    ["tpd", "Too many tokens per day, please wait before trying again."],
  ] as const)("of %s have its words, and neither say nor hint a wait", (dimension, message) => {
    const reply = bedrock.refuse(refused(dimension), bedrockCall("converse"), CONTEXT);
    expect(reply.status).toBe(429);
    expect(JSON.parse(textOf(reply.body))).toEqual({ message });
    expect(headersOf(reply.headers)).toEqual({
      date: "Mon, 05 Jan 2026 12:00:00 GMT",
      "content-type": "application/json",
      "content-length": String(reply.body.byteLength),
      "x-amzn-requestid": "req_test",
      "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/",
    });
    const read = bedrock.readRefusal(reply.status, reply.headers, reply.body);
    expect(read).toEqual({ trouble: "rate_limit", dimension, waitMs: undefined });
  });

  it("has the size of the captured one", () => {
    expect(bedrock.refuse(refused("tpm"), bedrockCall("converse"), CONTEXT).body).toHaveLength(63);
  });

  it("hint in the headers that AWS' clients look for, where a scenario asks", () => {
    const reply = bedrock.refuse(refused("tpm", ["ms_header"]), bedrockCall("converse"), CONTEXT);
    expect(headerValue(reply.headers, "x-amz-retry-after")).toBe("29580");
    const whole = bedrock.refuse(refused("tpm", ["header"]), bedrockCall("converse"), CONTEXT);
    expect(headerValue(whole.headers, "retry-after")).toBe("30");
  });

  it("are told apart when Bedrock itself sends them", () => {
    const read = (status: number, name: string, message = "") =>
      bedrock.readRefusal(status, ["x-amzn-ErrorType", name], bytesOf(JSON.stringify({ message })))?.trouble;
    expect(read(503, "ServiceUnavailableException")).toBe("overloaded");
    expect(read(429, "ModelNotReadyException")).toBe("overloaded");
    expect(read(400, "ServiceQuotaExceededException")).toBe("quota_exceeded");
    expect(read(400, "ValidationException")).toBeUndefined();
    expect(read(429, "ThrottlingException:http://internal.amazon.com/")).toBe("rate_limit");
  });
});
