import Anthropic from "@anthropic-ai/sdk";
import { EnforcedSpendLimitReachedError } from "@anthropic-ai/sdk/resources/shared";
import { describe, expect, it } from "vitest";
import type { PlainReply, Trouble } from "../../src/core/dialect.ts";
import type { WireReply } from "../../src/core/exchange.ts";
import { anthropicMessages } from "../../src/providers/anthropic-messages.ts";
import { messagesCall, RECORDED_SHAPE } from "../support/anthropic.ts";
import { bytesOf, CONTEXT, plainReply, serve, streamReply } from "../support/openai.ts";
import { failureOf } from "../support/openai-clients.ts";

/** The official package as the judge of our bytes. */

const ASKED = { model: "sample-model", max_tokens: 100, messages: [{ role: "user" as const, content: "Say hello." }] };

async function withClient<T>(reply: WireReply, use: (client: Anthropic) => Promise<T>): Promise<T> {
  await using server = await serve(reply);
  const baseURL = server.url.replace(/\/v1$/, "");
  return await use(new Anthropic({ baseURL, apiKey: "sk-ant-not-a-key", maxRetries: 0 }));
}

const written = (stream: boolean, reply: PlainReply = plainReply()) => {
  const { contentType, frames } = anthropicMessages.write(reply, messagesCall({ stream }));
  return streamReply(frames, contentType);
};

const TOOL_REPLY = plainReply({
  finish: "tool_calls",
  toolCall: { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] },
});
const TOOL_USE = { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Rome" } };

describe("the official client", () => {
  it("reads a whole answer", async () => {
    const message = await withClient(written(false), (client) => client.messages.create(ASKED));
    expect(message.content).toEqual([{ type: "text", text: "Hello there" }]);
    expect(message).toMatchObject({ role: "assistant", stop_reason: "end_turn", usage: { input_tokens: 3 } });
  });

  it("assembles a stream with usage, and misses nothing", async () => {
    const message = await withClient(written(true), (client) => client.messages.stream(ASKED).finalMessage());
    expect(message).toMatchObject({
      content: [{ type: "text", text: "Hello there" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 3, output_tokens: 3 },
    });
  });

  it("assembles a tool call behind a text, streamed and whole", async () => {
    const streamed = await withClient(written(true, TOOL_REPLY), (client) =>
      client.messages.stream(ASKED).finalMessage(),
    );
    const whole = await withClient(written(false, TOOL_REPLY), (client) => client.messages.create(ASKED));
    for (const { content, stop_reason } of [streamed, whole]) {
      expect(content).toMatchObject([{ type: "text", text: "Hello there" }, TOOL_USE]);
      expect(stop_reason).toBe("tool_use");
    }
  });

  it("takes our idea of a real stream for one", async () => {
    const message = await withClient(streamReply(RECORDED_SHAPE.map(bytesOf)), (client) =>
      client.messages.stream(ASKED).finalMessage(),
    );
    expect(message.content.map(({ type }) => type)).toEqual(["thinking", "text", "tool_use"]);
    expect(message.usage).toMatchObject({ input_tokens: 12, cache_read_input_tokens: 900, output_tokens: 77 });
  });

  it.each([
    [{ kind: "overloaded", retryAfterMs: undefined }, "overloaded_error"],
    [{ kind: "server_error", retryAfterMs: undefined }, "api_error"],
    [{ kind: "content_filter" }, "invalid_request_error"],
  ] as [Trouble, string][])("throws in the middle of a stream broken by %j", async (trouble, type) => {
    const { frames } = anthropicMessages.write(plainReply(), messagesCall({ stream: true }));
    const error = anthropicMessages.breakStream(trouble, messagesCall({ stream: true }), CONTEXT);
    const broken = streamReply([...frames.slice(0, 4), error ?? new Uint8Array()]);
    const seen: string[] = [];
    const failure = await withClient(broken, (client) =>
      failureOf(
        (async () => {
          for await (const event of await client.messages.create({ ...ASKED, stream: true })) seen.push(event.type);
        })(),
      ),
    );
    expect(failure).toMatchObject({ constructor: Anthropic.APIError, status: undefined, type });
    expect(seen).toEqual(["message_start", "content_block_start", "content_block_delta"]);
    const assembled = await withClient(broken, (client) => failureOf(client.messages.stream(ASKED).finalMessage()));
    expect(assembled).toMatchObject({ constructor: Anthropic.APIError, type });
  });

  it.each([
    [{ kind: "quota_exceeded", quota: undefined }, EnforcedSpendLimitReachedError, 429, "rate_limit_error"],
    [{ kind: "quota_exceeded", quota: "own_spend_limit" }, Anthropic.BadRequestError, 400, "invalid_request_error"],
    [{ kind: "overloaded", retryAfterMs: 1_000 }, Anthropic.OverloadedError, 529, "overloaded_error"],
    [{ kind: "server_error", retryAfterMs: undefined }, Anthropic.InternalServerError, 500, "api_error"],
    [{ kind: "bad_gateway", retryAfterMs: undefined }, Anthropic.InternalServerError, 502, null],
    [{ kind: "timeout", retryAfterMs: undefined }, Anthropic.GatewayTimeoutError, 504, "timeout_error"],
    [{ kind: "bad_key" }, Anthropic.AuthenticationError, 401, "authentication_error"],
    [{ kind: "unknown_model" }, Anthropic.NotFoundError, 404, "not_found_error"],
    [{ kind: "context_too_long" }, Anthropic.BadRequestError, 400, "invalid_request_error"],
    [{ kind: "content_filter" }, Anthropic.BadRequestError, 400, "invalid_request_error"],
    [{ kind: "request_too_large" }, Anthropic.ContentTooLargeError, 413, "request_too_large"],
    [{ kind: "budget", message: "spent" }, Anthropic.PermissionDeniedError, 403, "permission_error"],
  ] as [Trouble, unknown, number, string | null][])("%j has its class", async (trouble, expected, status, type) => {
    const refusal = anthropicMessages.refuse(trouble, messagesCall(), CONTEXT);
    const failure = await withClient(refusal, (client) => failureOf(client.messages.create(ASKED)));
    expect(failure).toMatchObject({ constructor: expected, status, type });
    if (trouble.kind === "budget") expect(failure).toMatchObject({ errorCode: "llm_chaos_budget" });
    if (status !== 502) expect(failure).toMatchObject({ requestID: "req_test" });
  });

  it("sees a rate limit with its headers", async () => {
    const refusal = {
      dimension: "otpm",
      limit: 8_000,
      used: 8_200,
      requested: 1,
      waitMs: 1_508,
      windowMs: 60_000,
    } as const;
    const reply = anthropicMessages.refuse(
      { kind: "rate_limit", refusal, readings: [], hints: undefined },
      messagesCall(),
      CONTEXT,
    );
    const error = await withClient(reply, (client) => failureOf(client.messages.create(ASKED)));
    if (!(error instanceof Anthropic.RateLimitError)) throw new Error(`not a RateLimitError: ${error}`);
    expect(error).toMatchObject({ status: 429, type: "rate_limit_error", errorCode: null });
    expect(error.headers.get("retry-after")).toBe("2");
    expect(error.headers.get("anthropic-ratelimit-output-tokens-remaining")).toBe("0");
    expect(error.apiMessage).toContain("8,000 output tokens per minute");
  });
});
