import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { Trouble } from "../../src/core/dialect.ts";
import type { WireReply } from "../../src/core/exchange.ts";
import { openAiChat } from "../../src/providers/openai-chat.ts";
import { CONTEXT, chatCall, plainReply, serve, streamReply } from "../support/openai.ts";

/** The official package as the judge of our bytes. */

const MESSAGES = [{ role: "user" as const, content: "Say hello." }];

async function withClient<T>(reply: WireReply, use: (client: OpenAI) => Promise<T>): Promise<T> {
  await using server = await serve(reply);
  return await use(new OpenAI({ baseURL: server.url, apiKey: "sk-test-not-a-key", maxRetries: 0 }));
}

const written = (changes: object, reply = plainReply()) => {
  const { contentType, frames } = openAiChat.write(reply, chatCall({ ...changes }));
  return streamReply(frames, contentType);
};

describe("the official client", () => {
  it("reads a whole answer", async () => {
    const completion = await withClient(written({}), (client) =>
      client.chat.completions.create({ model: "sample-model", messages: MESSAGES }),
    );
    expect(completion.choices[0]?.message.content).toBe("Hello there");
    expect(completion.usage?.total_tokens).toBe(6);
  });

  it("assembles a stream with usage, and misses nothing", async () => {
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    const completion = await withClient(written(options), (client) =>
      client.chat.completions.stream({ model: "sample-model", messages: MESSAGES, ...options }).finalChatCompletion(),
    );
    expect(completion.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "Hello there" } });
    expect(completion.usage?.completion_tokens).toBe(3);
  });

  it("assembles the arguments of a tool call", async () => {
    const toolCall = { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] };
    const reply = plainReply({ pieces: [], finish: "tool_calls", toolCall });
    const completion = await withClient(written({ stream: true }, reply), (client) =>
      client.chat.completions.stream({ model: "sample-model", messages: MESSAGES }).finalChatCompletion(),
    );
    expect(completion.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      id: "call_1",
      function: { name: "weather", arguments: '{"city":"Rome"}' },
    });
  });

  it("throws in the middle of a broken stream", async () => {
    const { frames } = openAiChat.write(plainReply(), chatCall({ stream: true }));
    const trouble: Trouble = { kind: "overloaded", retryAfterMs: undefined };
    const error = openAiChat.breakStream(trouble, chatCall({ stream: true }), CONTEXT) ?? new Uint8Array();
    const seen: string[] = [];
    const broken = withClient(streamReply([...frames.slice(0, 2), error]), async (client) => {
      const stream = await client.chat.completions.create({ model: "sample-model", messages: MESSAGES, stream: true });
      for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content ?? "");
    });
    await expect(broken).rejects.toMatchObject({ constructor: OpenAI.APIError, code: "server_is_overloaded" });
    expect(seen).toEqual(["", "Hel"]);
  });

  it.each([
    [{ kind: "quota_exceeded", quota: undefined }, OpenAI.RateLimitError, 429, "credit_balance_exhausted"],
    [{ kind: "overloaded", retryAfterMs: 1_000 }, OpenAI.InternalServerError, 503, "server_is_overloaded"],
    [{ kind: "server_error", retryAfterMs: undefined }, OpenAI.InternalServerError, 500, null],
    [{ kind: "bad_gateway", retryAfterMs: undefined }, OpenAI.InternalServerError, 502, undefined],
    [{ kind: "bad_key" }, OpenAI.AuthenticationError, 401, "invalid_api_key"],
    [{ kind: "unknown_model" }, OpenAI.NotFoundError, 404, "model_not_found"],
    [{ kind: "context_too_long" }, OpenAI.BadRequestError, 400, "context_length_exceeded"],
    [{ kind: "budget", message: "spent" }, OpenAI.PermissionDeniedError, 403, "llm_chaos_budget"],
  ] as [
    Trouble,
    unknown,
    number,
    string | null | undefined,
  ][])("%j has its class", async (trouble, type, status, code) => {
    const refused = withClient(openAiChat.refuse(trouble, chatCall(), CONTEXT), (client) =>
      client.chat.completions.create({ model: "sample-model", messages: MESSAGES }),
    );
    await expect(refused).rejects.toMatchObject({ constructor: type, status, code });
  });

  it("sees a rate limit with its headers", async () => {
    const refusal = {
      dimension: "tpm",
      limit: 10_000,
      used: 8_554,
      requested: 3_082,
      waitMs: 9_816,
      windowMs: 60_000,
    } as const;
    const reply = openAiChat.refuse(
      { kind: "rate_limit", refusal, readings: [], hints: undefined },
      chatCall(),
      CONTEXT,
    );
    const error = await withClient(reply, (client) =>
      client.chat.completions.create({ model: "sample-model", messages: MESSAGES }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      ),
    );
    if (!(error instanceof OpenAI.RateLimitError)) throw new Error(`not a RateLimitError: ${error}`);
    expect(error).toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "tokens", requestID: "req_test" });
    expect(error.headers.get("retry-after")).toBe("10");
    expect(error.message).toContain("Please try again in 9.816s.");
  });
});
