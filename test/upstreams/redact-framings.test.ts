import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { type RecordedExchange, recordedBytes } from "../../src/cassette/index.ts";
import type { StreamFrame } from "../../src/core/dialect.ts";
import type { RawRequest } from "../../src/core/exchange.ts";
import type { Upstream, UpstreamRequest } from "../../src/core/upstream.ts";
import { bedrock, bedrockInvoke } from "../../src/providers/bedrock.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { dialects } from "../../src/providers/index.ts";
import { createAwsEventStreamSplitter, decodeAwsMessage } from "../../src/sse/index.ts";
import { createReplay } from "../../src/upstreams/index.ts";
import { bedrockRequest, claudeBody, converseBody, EVENT_STREAM, eventOf, recordedShape } from "../support/bedrock.ts";
import { ARRAY, geminiRequest } from "../support/gemini.ts";
import { startRecording } from "../support/recording.ts";

// What is recorded of streams that are no server-sent events: binary messages with checksums, and one JSON array.

const PLACEHOLDER = /^x[0-9a-f]{8}( [a-z]+)*$/;
const SECRET = /Oslo|slo |harbour/;

function asked(raw: RawRequest, dialect = bedrock): UpstreamRequest {
  const call = dialect.recognise(raw);
  if (call === undefined) throw new Error("not recognised");
  return { ...raw, body: raw.body ?? new Uint8Array(), call };
}

/** A provider that answers with these chunks, and then ends or breaks off. */
function answering(contentType: string, chunks: readonly Uint8Array[], how: "end" | "cut" = "end"): Upstream {
  return async () => ({
    status: 200,
    statusText: "OK",
    headers: ["content-type", contentType],
    body: {
      start(reader) {
        for (const chunk of chunks) reader.data(chunk);
        if (how === "end") reader.end([]);
        else reader.fail({ stage: "body", code: "ECONNRESET", name: "Error", message: "cut" });
      },
      pause() {},
      resume() {},
    },
  });
}

interface Call {
  request: UpstreamRequest;
  upstream: Upstream;
}

/** What a cassette holds of these calls; its text has nothing of what should not be in it. */
async function recorded(redactions: readonly string[], calls: readonly Call[]) {
  const { file, clock, sink, of, scrubber, wrap, stopped } = startRecording(redactions);
  for (const { request, upstream } of calls) {
    await collect(await wrap(upstream, dialects)(request, new AbortController().signal));
    await clock.advance(10);
  }
  const all = await stopped();
  const open = () => createReplay({ path: file, clock, sink, scrubber, dialects, speed: Number.POSITIVE_INFINITY });
  const plain = all.flatMap(({ reply }) => (reply?.chunks ?? []).map(recordedBytes));
  return { all, of, open, clock, text: readFileSync(file, "utf8") + Buffer.concat(plain).toString("latin1") };
}

/** As much at a time as a socket gives. */
function inPieces(bytes: Uint8Array, size = 64 * 1024): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

/** The bytes of a reply, however it ends. */
function collect(reply: Awaited<ReturnType<Upstream>>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  return new Promise((resolve) => {
    const done = () => resolve(Buffer.concat(parts));
    reply.body.start({ data: (chunk) => void parts.push(Uint8Array.from(chunk)), end: done, fail: done });
  });
}

const bytesOf = (exchange: RecordedExchange | undefined) =>
  Buffer.concat((exchange?.reply?.chunks ?? []).map(recordedBytes));

/** The messages of a binary stream; fails when a checksum is wrong. */
function messagesOf(bytes: Uint8Array): StreamFrame[] {
  const splitter = createAwsEventStreamSplitter();
  const frames = [...splitter.push(bytes), ...splitter.end()].map((frame) => ({ ...frame, arrivedMs: 0 }));
  for (const frame of frames) expect(decodeAwsMessage(frame.bytes)).toBeDefined();
  return frames;
}

const delta = (contentBlockIndex: number, piece: object) =>
  eventOf("contentBlockDelta", { contentBlockIndex, delta: piece, p: "abc" });
const toolStart = (contentBlockIndex: number, name: string) =>
  eventOf("contentBlockStart", { contentBlockIndex, start: { toolUse: { toolUseId: `t${contentBlockIndex}`, name } } });

describe("redaction of binary messages", () => {
  const request = (content: string) => {
    const body = converseBody({ messages: [{ role: "user", content: [{ text: content }] }] });
    return asked(bedrockRequest("converse-stream", { body }));
  };
  const PATHS = ["$.messages[*].content", "$.delta"];

  it("replaces texts and leaves messages whose checksums are right, as many and of the same kinds", async () => {
    const live = recordedShape();
    const { all, text } = await recorded(PATHS, [
      { request: request("Is it raining in Oslo?"), upstream: answering(EVENT_STREAM, live) },
    ]);
    expect(text).not.toMatch(/Oslo|Grüß|Gott|Rome|The user asks/);
    const before = messagesOf(Buffer.concat(live));
    const after = messagesOf(bytesOf(all[0]));
    expect(after.map(({ event }) => event)).toEqual(before.map(({ event }) => event));
    expect(after.map((frame) => bedrock.read(frame).finish)).toEqual(before.map((frame) => bedrock.read(frame).finish));
    expect(after.map((frame) => bedrock.read(frame).text).join("")).toMatch(PLACEHOLDER);
    expect(JSON.parse(after.map((frame) => bedrock.read(frame).toolArguments).join(""))).toEqual({
      city: expect.stringMatching(PLACEHOLDER),
    });
    expect(all[0]?.usage).toMatchObject({ input_tokens: expect.any(Number), output_tokens: 77 });
  });

  it("keeps the blocks of an answer apart: two tool calls have two lots of arguments", async () => {
    const stream = [
      ...[toolStart(0, "weather"), delta(0, { toolUse: { input: '{"city":"Os' } })],
      ...[delta(0, { toolUse: { input: 'lo"}' } }), toolStart(1, "tides"), delta(1, { toolUse: { input: '{"at":' } })],
      delta(1, { toolUse: { input: '"the harbour"}' } }),
    ];
    const { all, text } = await recorded(PATHS, [{ request: request("?"), upstream: answering(EVENT_STREAM, stream) }]);
    expect(text).not.toMatch(SECRET);
    const inputs = new Map<number, string>();
    for (const { event, data } of messagesOf(bytesOf(all[0]))) {
      const { contentBlockIndex: block, delta: piece } = JSON.parse(data ?? "{}");
      if (event === "contentBlockDelta") inputs.set(block, (inputs.get(block) ?? "") + piece.toolUse.input);
    }
    expect([...inputs.values()].map((one) => JSON.parse(one))).toEqual([
      { city: expect.stringMatching(PLACEHOLDER) },
      { at: expect.stringMatching(PLACEHOLDER) },
    ]);
  });

  it("reaches into the parts of a model's own events, which are base64", async () => {
    const pieces = ["The harb", "our of Os", "lo is full."];
    const part = (event: object) =>
      eventOf("chunk", { bytes: Buffer.from(JSON.stringify(event)).toString("base64"), p: "ab" });
    const stream = pieces.map((text) =>
      part({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
    );
    const raw = bedrockRequest("invoke-with-response-stream", { body: claudeBody() });
    const { all } = await recorded(
      ["$.delta.text"],
      [{ request: asked(raw, bedrockInvoke), upstream: answering(EVENT_STREAM, stream) }],
    );
    const frames = messagesOf(bytesOf(all[0]));
    expect(frames).toHaveLength(3);
    const said = frames.map((frame) => bedrockInvoke.read(frame).text).join("");
    expect(said).toMatch(PLACEHOLDER);
    expect(frames.map((frame) => bedrockInvoke.unwrap?.(frame)).join("")).not.toMatch(SECRET);
  });

  it("finds the next turn of the conversation when it is replayed", async () => {
    const turn = (messages: object[]) => asked(bedrockRequest("converse-stream", { body: converseBody({ messages }) }));
    const says = (role: string, text: string) => ({ role, content: [{ text }] });
    const stream = [delta(0, { text: "Oslo has a har" }), delta(0, { text: "bour worth seeing, and more." })];
    const textOf = (bytes: Uint8Array) =>
      messagesOf(bytes)
        .map((frame) => bedrock.read(frame).text)
        .join("");
    const first = says("user", "What is there in Oslo?");
    const next = says("user", "What else is there, at the harbour?");
    const upstream = answering(EVENT_STREAM, stream);
    const { of, open, text } = await recorded(PATHS, [
      { request: turn([first]), upstream },
      { request: turn([first, says("assistant", textOf(Buffer.concat(stream))), next]), upstream },
    ]);
    expect(text).not.toMatch(SECRET);
    const replay = await open();
    onTestFinished(() => replay.close());
    const ask = async (request: UpstreamRequest) =>
      textOf(await collect(await replay.upstream({ ...request, id: "c" }, new AbortController().signal)));
    await ask(turn([first, says("assistant", await ask(turn([first]))), next]));
    expect(of("replay_matched").map(({ recorded: id, by }) => [id, by])).toEqual([
      ["r1", "exact"],
      ["r2", "exact"],
    ]);
  });

  it("leaves out a message that was cut off in the middle, since its text can no longer be told from the rest", async () => {
    const whole = delta(0, { text: "All is well" });
    const torn = delta(0, { text: "in the harbour of Oslo tonight" });
    const { all, text } = await recorded(PATHS, [
      { request: request("?"), upstream: answering(EVENT_STREAM, [whole, torn.subarray(0, -20)], "cut") },
    ]);
    expect(text).not.toMatch(SECRET);
    expect(messagesOf(bytesOf(all[0]))).toHaveLength(1);
    expect(all[0]?.end.how).not.toBe("complete");
  });

  it("reads messages of any size", async () => {
    const large = delta(0, { text: `${"the harbour of Oslo ".repeat(80_000)}` });
    expect(large.length).toBeGreaterThan(1024 * 1024);
    const { all, text } = await recorded(PATHS, [
      { request: request("?"), upstream: answering(EVENT_STREAM, inPieces(large)) },
    ]);
    expect(text).not.toMatch(SECRET);
    expect(messagesOf(bytesOf(all[0])).map(({ event }) => event)).toEqual(["contentBlockDelta"]);
  });
});

describe("redaction of a streamed JSON array", () => {
  const PATHS = ["$.contents[*].parts", "$.candidates[*].content.parts"];
  const user = (text: string) => ({ role: "user", parts: [{ text }] });
  const request = (contents: object[] = [user("What is there in Oslo?")]) =>
    asked(geminiRequest(ARRAY, { contents }), gemini);
  const chunk = (parts: object[], more: object = {}) => ({
    candidates: [{ index: 0, content: { role: "model", parts }, ...more }],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 9 },
  });
  /** As it comes: one element a chunk, pretty, the comma in front of the next. */
  const arrayOf = (elements: readonly object[]) =>
    [...elements.map((one, i) => `${i === 0 ? "[" : ",\r\n"}${JSON.stringify(one, null, 2)}`), "]"].map((text) =>
      Buffer.from(text),
    );
  const partsOf = (exchange: RecordedExchange | undefined) => {
    const elements = JSON.parse(bytesOf(exchange).toString()) as ReturnType<typeof chunk>[];
    return elements.flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts)) as Part[];
  };
  interface Part {
    text?: string;
    thought?: boolean;
    functionCall?: { name: string; args?: Record<string, unknown>; partialArgs?: Record<string, unknown>[] };
  }
  const JSON_TYPE = "application/json; charset=UTF-8";
  const tape = (elements: readonly object[], paths = PATHS) =>
    recorded(paths, [{ request: request(), upstream: answering(JSON_TYPE, arrayOf(elements)) }]);

  it("replaces texts and leaves an array of as many elements, one in each chunk", async () => {
    const { all, text } = await tape([
      chunk([{ text: "Oslo has a har" }]),
      chunk([{ text: "bour worth seeing." }], { finishReason: "STOP" }),
    ]);
    expect(text).not.toMatch(SECRET);
    expect(all[0]?.reply?.chunks).toHaveLength(3);
    expect(
      partsOf(all[0])
        .map((part) => part.text)
        .join(""),
    ).toMatch(PLACEHOLDER);
    expect(text).toContain("STOP");
    expect(all[0]?.usage).toEqual({ input_tokens: 7, output_tokens: 9 });
  });

  it.each([
    "$[*].candidates[*].content.parts[*].text",
    "$[*].candidates",
  ])("takes a path that says the array as it is: %s", async (path) => {
    const elements = [chunk([{ text: "Oslo has a harbour." }], { finishReason: "STOP" })];
    const { all, text } = await tape(elements, ["$.contents", path]);
    expect(text).not.toMatch(SECRET);
    expect(text).toContain("STOP");
    expect(partsOf(all[0])).toEqual([{ text: expect.stringMatching(PLACEHOLDER) }]);
  });

  it("keeps thoughts and answer apart, so that the next turn is found when it is replayed", async () => {
    const elements = [
      chunk([{ text: "They mean the har", thought: true }]),
      chunk([{ text: "bour of Oslo, I think.", thought: true }]),
      chunk([{ text: "Oslo has a har" }]),
      chunk([{ text: "bour worth seeing." }], { finishReason: "STOP" }),
    ];
    const answerIn = (bytes: Uint8Array) =>
      (JSON.parse(Buffer.from(bytes).toString()) as ReturnType<typeof chunk>[])
        .flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts as Part[]))
        .map(({ text, thought }) => (thought === true ? "" : text))
        .join("");
    const upstream = answering(JSON_TYPE, arrayOf(elements));
    const later = (answer: string) =>
      request([user("What is there in Oslo?"), { role: "model", parts: [{ text: answer }] }, user("And the harbour?")]);
    const { of, open, text } = await recorded(PATHS, [
      { request: request(), upstream },
      { request: later(answerIn(Buffer.concat(arrayOf(elements)))), upstream },
    ]);
    expect(text).not.toMatch(SECRET);
    const replay = await open();
    onTestFinished(() => replay.close());
    const ask = async (one: UpstreamRequest) =>
      answerIn(await collect(await replay.upstream({ ...one, id: "c" }, new AbortController().signal)));
    const answer = await ask(request());
    expect(answer).toMatch(PLACEHOLDER);
    await ask(later(answer));
    expect(of("replay_matched").map(({ recorded: id, by }) => [id, by])).toEqual([
      ["r1", "exact"],
      ["r2", "exact"],
    ]);
  });

  it("takes the arguments of each function call as whole; those that come in pieces as one text, at their place", async () => {
    const call = (args: object) => chunk([{ functionCall: { name: "tides", args } }]);
    const piece = (jsonPath: string, stringValue: string) =>
      chunk([{ functionCall: { name: "tides", partialArgs: [{ jsonPath, stringValue, willContinue: true }] } }]);
    const { all, text } = await tape([
      call({ city: "Oslo " }),
      call({ city: "the harbour" }),
      piece("$.city", "Os"),
      piece("$.city", "lo "),
      piece("$.at", "the harbour"),
    ]);
    expect(text).not.toMatch(SECRET);
    const calls = partsOf(all[0]).map(({ functionCall }) => functionCall);
    expect(calls.slice(0, 2).map((one) => String(one?.args?.["city"]).trim())).toEqual([
      expect.stringMatching(PLACEHOLDER),
      expect.stringMatching(PLACEHOLDER),
    ]);
    const pieces = calls.slice(2).map((one) => one?.partialArgs?.[0] ?? {});
    expect(pieces.map(({ jsonPath }) => jsonPath)).toEqual(["$.city", "$.city", "$.at"]);
    expect(String(pieces[2]?.["stringValue"])).toMatch(PLACEHOLDER);
  });

  it("leaves out what was cut off in the middle", async () => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = arrayOf([
      chunk([{ text: "All is well" }]),
      chunk([{ text: "in the harbour of Oslo tonight" }]),
    ]);
    const cut = second.subarray(0, second.indexOf(" tonight"));
    const { all, text } = await recorded(PATHS, [
      { request: request(), upstream: answering(JSON_TYPE, [first, cut], "cut") },
    ]);
    expect(text).not.toMatch(SECRET);
    expect(bytesOf(all[0]).toString()).toMatch(/^\[\{.*\}$/s);
  });

  it("reads elements of any size", async () => {
    const large = Buffer.concat(arrayOf([chunk([{ text: "the harbour of Oslo ".repeat(80_000) }])]));
    const upstream = answering(JSON_TYPE, inPieces(large));
    const { all, text } = await recorded(PATHS, [{ request: request(), upstream }]);
    expect(text).not.toMatch(SECRET);
    expect(partsOf(all[0])).toHaveLength(1);
  });
});
