import {
  AccessDeniedException,
  type BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InternalServerException,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  ModelStreamErrorException,
  ModelTimeoutException,
  ServiceQuotaExceededException,
  ServiceUnavailableException,
  ThrottlingException,
  ValidationException,
} from "@aws-sdk/client-bedrock-runtime";
import { describe, expect, it } from "vitest";
import { playStage } from "../../scripts/faults/play.ts";
import type { Trouble } from "../../src/core/dialect.ts";
import type { WireReply } from "../../src/core/exchange.ts";
import type { Fault } from "../../src/core/fault.ts";
import { malformedChunk } from "../../src/faults/malformed_chunk.ts";
import { wrongFinish } from "../../src/faults/wrong_finish.ts";
import { bedrock, bedrockInvoke } from "../../src/providers/bedrock.ts";
import {
  bedrockCall,
  bedrockClient,
  claudeBody,
  EVENT_STREAM,
  eventOf,
  MODEL,
  recordedShape,
  SAY_HELLO,
} from "../support/bedrock.ts";
import { CONTEXT, plainReply, streamReply, textOf } from "../support/openai.ts";
import { failureOf } from "../support/openai-clients.ts";
import { newStage } from "../support/playbook.ts";
import { startUpstream } from "../support/proxy.ts";

/** The official client as the judge of our bytes. */

const ASKED = { modelId: MODEL, messages: [SAY_HELLO] };

/** Before a server that gives these answers in turn, the last one for good. */
async function withClient<T>(
  replies: readonly WireReply[],
  use: (client: BedrockRuntimeClient) => Promise<T>,
  maxAttempts = 1,
): Promise<{ result: T; requests: number; marks: string[] }> {
  let calls = 0;
  const server = await startUpstream((_, response) => {
    const reply = replies[Math.min(calls++, replies.length - 1)] as WireReply;
    response.writeHead(reply.status, [...reply.headers] as string[]).end(reply.body);
  });
  const result = await use(bedrockClient(server.url, { maxAttempts }));
  const marks = server.requests.map(({ rawHeaders }) => {
    const name = rawHeaders.findIndex((header, i) => i % 2 === 0 && header.toLowerCase() === "amz-sdk-invocation-id");
    return rawHeaders[name + 1] ?? "";
  });
  return { result, requests: server.requests.length, marks };
}

async function streamed(client: BedrockRuntimeClient, events: object[] = []): Promise<Record<string, unknown>[]> {
  const { stream } = await client.send(new ConverseStreamCommand(ASKED));
  for await (const event of stream ?? []) events.push(event);
  return events as Record<string, unknown>[];
}

const TOOL_REPLY = plainReply({
  finish: "tool_calls",
  toolCall: { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] },
});

const written = (stream: boolean, reply = plainReply()) => {
  const { contentType, frames } = bedrock.write(reply, bedrockCall(stream ? "converse-stream" : "converse"));
  return streamReply(frames, contentType);
};

describe("the official client", () => {
  it("reads a whole answer", async () => {
    const { result } = await withClient([written(false, TOOL_REPLY)], (client) =>
      client.send(new ConverseCommand(ASKED)),
    );
    expect(result).toMatchObject({
      stopReason: "tool_use",
      usage: { inputTokens: 3, outputTokens: 3, totalTokens: 6 },
    });
    expect(result.output?.message?.content).toEqual([
      { text: "Hello there" },
      { toolUse: { toolUseId: "tooluse_1", name: "weather", input: { city: "Rome" } } },
    ]);
  });

  it("assembles a stream, and misses nothing", async () => {
    const { result } = await withClient([written(true, TOOL_REPLY)], (client) => streamed(client));
    expect(result.map((event) => Object.keys(event)[0])).toEqual([
      "messageStart",
      ...Array(3).fill("contentBlockDelta"),
      "contentBlockStop",
      "contentBlockStart",
      ...Array(2).fill("contentBlockDelta"),
      "contentBlockStop",
      "messageStop",
      "metadata",
    ]);
    expect(result.at(-2)).toEqual({ messageStop: { stopReason: "tool_use" } });
    expect(result.at(-1)).toMatchObject({ metadata: { usage: { inputTokens: 3, outputTokens: 3 } } });
  });

  it("takes our idea of a real stream for one, and skips events nobody knows, our keep-alive among them", async () => {
    const [first, ...rest] = recordedShape();
    const frames = [first as Uint8Array, bedrock.keepAlive as Uint8Array, ...rest];
    const { result } = await withClient([streamReply(frames, EVENT_STREAM)], (client) => streamed(client));
    expect(result).toHaveLength(recordedShape().length - 1);
    expect(result[4]).toMatchObject({ contentBlockDelta: { contentBlockIndex: 1, delta: { text: "Grüß" } } });
  });

  it("gets Claude's body out of InvokeModel, whole and streamed", async () => {
    const body = JSON.stringify(claudeBody());
    const [whole] = bedrockInvoke.write(plainReply(), bedrockCall("invoke", { body: claudeBody() })).frames;
    const answer = await withClient([streamReply([whole as Uint8Array], "application/json")], (client) =>
      client.send(new InvokeModelCommand({ modelId: MODEL, body })),
    );
    expect(JSON.parse(textOf(answer.result.body))).toMatchObject({
      content: [{ type: "text", text: "Hello there" }],
      stop_reason: "end_turn",
    });
    const call = bedrockCall("invoke-with-response-stream", { body: claudeBody() });
    const { contentType, frames } = bedrockInvoke.write(plainReply(), call);
    const parts = await withClient([streamReply(frames, contentType)], async (client) => {
      const { body: stream } = await client.send(new InvokeModelWithResponseStreamCommand({ modelId: MODEL, body }));
      const types: unknown[] = [];
      for await (const event of stream ?? []) types.push(JSON.parse(textOf(event.chunk?.bytes ?? new Uint8Array())));
      return types;
    });
    expect(parts.result[0]).toMatchObject({ type: "message_start" });
    expect(parts.result.at(-1)).toMatchObject({
      type: "message_stop",
      "amazon-bedrock-invocationMetrics": { inputTokenCount: 3, outputTokenCount: 3 },
    });
  });

  it("is told by the stop reason when a guardrail steps in", async () => {
    for (const operation of ["converse", "converse-stream"] as const) {
      const reply = bedrock.refuse({ kind: "content_filter" }, bedrockCall(operation), CONTEXT);
      const { result } = await withClient([reply], async (client) =>
        operation === "converse" ? await client.send(new ConverseCommand(ASKED)) : await streamed(client),
      );
      expect(JSON.stringify(result)).toContain('"stopReason":"guardrail_intervened"');
    }
  });

  it.each([
    [{ kind: "quota_exceeded", quota: undefined }, ServiceQuotaExceededException, 400],
    [{ kind: "overloaded", retryAfterMs: 1_000 }, ServiceUnavailableException, 503],
    [{ kind: "server_error", retryAfterMs: undefined }, InternalServerException, 500],
    [{ kind: "timeout", retryAfterMs: undefined }, ModelTimeoutException, 408],
    [{ kind: "bad_key" }, AccessDeniedException, 403],
    [{ kind: "unknown_model" }, ValidationException, 400],
    [{ kind: "context_too_long" }, ValidationException, 400],
    [{ kind: "request_too_large" }, ValidationException, 400],
    [{ kind: "budget", message: "the budget is spent" }, AccessDeniedException, 403],
  ] as [Trouble, unknown, number][])("%j has its class, streamed or not", async (trouble, expected, status) => {
    const refusal = bedrock.refuse(trouble, bedrockCall("converse"), CONTEXT);
    const { result } = await withClient([refusal], (client) => failureOf(client.send(new ConverseCommand(ASKED))));
    expect(result).toMatchObject({
      constructor: expected,
      $metadata: { httpStatusCode: status, requestId: "req_test" },
    });
    expect((result as Error).message).toBe(JSON.parse(textOf(refusal.body)).message);
    const before = await withClient([refusal], (client) => failureOf(streamed(client)));
    expect(before.result).toMatchObject({ constructor: expected });
  });

  const RATE_LIMIT: Trouble = {
    kind: "rate_limit",
    refusal: { dimension: "tpm", limit: 1_000, used: 990, requested: 503, waitMs: 29_580, windowMs: 60_000 },
    readings: [],
    hints: undefined,
  };

  it("retries a throttled call with one mark for all attempts, and gives up after three", async () => {
    const refusal = bedrock.refuse(RATE_LIMIT, bedrockCall("converse"), CONTEXT);
    const { result, requests, marks } = await withClient(
      [refusal],
      (client) => failureOf(client.send(new ConverseCommand(ASKED))),
      3,
    );
    expect(result).toMatchObject({ constructor: ThrottlingException, $metadata: { attempts: 3 } });
    expect(requests).toBe(3);
    expect(marks[0]).toMatch(/^[\da-f-]{36}$/);
    expect(new Set(marks).size).toBe(1);
  });

  it("waits as the header says that only its family looks for", async () => {
    const trouble: Trouble = { ...RATE_LIMIT, hints: ["ms_header"], announcedMs: 1_300 };
    const refusal = bedrock.refuse(trouble, bedrockCall("converse"), CONTEXT);
    const startedAt = performance.now();
    const { requests } = await withClient(
      [refusal, written(false)],
      (client) => client.send(new ConverseCommand(ASKED)),
      3,
    );
    expect(requests).toBe(2);
    // Its own backoff before the first retry is at most a second.
    expect(performance.now() - startedAt).toBeGreaterThan(1_250);
  });

  it.each([
    [RATE_LIMIT, ThrottlingException],
    [{ kind: "overloaded", retryAfterMs: undefined }, ServiceUnavailableException],
    [{ kind: "server_error", retryAfterMs: undefined }, InternalServerException],
    [{ kind: "timeout", retryAfterMs: undefined }, ModelStreamErrorException],
  ] as [
    Trouble,
    unknown,
  ][])("throws, and does not retry, in the middle of a stream broken by %j", async (trouble, expected) => {
    const call = bedrockCall("converse-stream");
    const { frames } = bedrock.write(plainReply(), call);
    const error = bedrock.breakStream(trouble, call, CONTEXT) as Uint8Array;
    const seen: object[] = [];
    const { result, requests } = await withClient(
      [streamReply([...frames.slice(0, 3), error], EVENT_STREAM)],
      (client) => failureOf(streamed(client, seen)),
      3,
    );
    expect(result).toMatchObject({ constructor: expected });
    expect(seen).toHaveLength(3);
    expect(requests).toBe(1);
  });

  it("retries a stream whose first message is a throttling exception, but no other", async () => {
    const call = bedrockCall("converse-stream");
    const first = (trouble: Trouble) =>
      streamReply([bedrock.breakStream(trouble, call, CONTEXT) as Uint8Array], EVENT_STREAM);
    const throttled = await withClient([first(RATE_LIMIT), written(true)], (client) => streamed(client), 3);
    expect(throttled.requests).toBe(2);
    expect(throttled.result.at(-1)).toHaveProperty("metadata");
    const unavailable = first({ kind: "overloaded", retryAfterMs: undefined });
    const { result, requests } = await withClient([unavailable], (client) => failureOf(streamed(client)), 3);
    expect(result).toBeInstanceOf(ServiceUnavailableException);
    expect(requests).toBe(1);
  });

  it("throws InvokeModel's own class of a timeout inside a stream", async () => {
    const call = bedrockCall("invoke-with-response-stream", { body: claudeBody() });
    const error = bedrockInvoke.breakStream({ kind: "timeout", retryAfterMs: undefined }, call, CONTEXT) as Uint8Array;
    const start = eventOf("chunk", { bytes: Buffer.from("{}").toString("base64") });
    const { result } = await withClient([streamReply([start, error], EVENT_STREAM)], (client) =>
      failureOf(
        (async () => {
          const input = { modelId: MODEL, body: JSON.stringify(claudeBody()) };
          const { body } = await client.send(new InvokeModelWithResponseStreamCommand(input));
          for await (const _ of body ?? []);
        })(),
      ),
    );
    expect(result).toMatchObject({ constructor: ModelTimeoutException });
  });

  it("reads what faults rewrite, checksums and all: it is told of another stop reason, and stumbles over broken JSON only", async () => {
    const call = bedrockCall("converse-stream");
    const through = (fault: Fault, params: object) => {
      const { contentType, frames } = bedrock.write(plainReply(), call);
      const stage = newStage(fault, params, { dialect: bedrock, call });
      const steps = playStage(stage, { dialect: bedrock, call, contentType, chunks: frames });
      return streamReply(
        steps.flatMap((step) => (step.do === "send" ? [step.bytes] : [])),
        contentType,
      );
    };
    const { result } = await withClient([through(wrongFinish, {})], (client) => streamed(client));
    expect(result).toContainEqual({ messageStop: { stopReason: "max_tokens" } });
    const seen: object[] = [];
    const broken = through(malformedChunk, { after: { tokens: 1 } });
    const { result: error } = await withClient([broken], (client) => failureOf(streamed(client, seen)));
    expect(error).toBeInstanceOf(SyntaxError);
    expect(seen.length).toBeGreaterThan(0);
  });

  it("accepts a stream that ends cleanly before its finish: that is what a truncation finds out", async () => {
    const { frames } = bedrock.write(plainReply(), bedrockCall("converse-stream"));
    const { result } = await withClient([streamReply(frames.slice(0, 3), EVENT_STREAM)], (client) => streamed(client));
    expect(result).toHaveLength(3);
  });
});
