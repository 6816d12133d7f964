import Groq from "groq-sdk";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { Dialect, PlainReply, Trouble } from "../../src/core/dialect.ts";
import type { WireReply } from "../../src/core/exchange.ts";
import { dialectsFor } from "../../src/providers/index.ts";
import { groqClient, mistralClient, openRouterClient } from "../support/compatible-clients.ts";
import { bytesOf, CONTEXT, chatRequest, plainReply, serve, streamReply } from "../support/openai.ts";
import { failureOf } from "../support/openai-clients.ts";

/** The providers' own packages as judges of our bytes. */

const CHAT = { model: "sample-model", messages: [{ role: "user" as const, content: "Say hello." }] };
const LIMITED: Trouble = {
  kind: "rate_limit",
  refusal: { dimension: "tpm", limit: 6_000, used: 5_034, requested: 1_443, waitMs: 4_770, windowMs: 60_000 },
  readings: [],
  hints: undefined,
};
const TOOL_REPLY = plainReply({
  pieces: [],
  finish: "tool_calls",
  toolCall: { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] },
});

function chat(name: string, stream: boolean) {
  const dialect = dialectsFor(undefined, name).find(({ id }) => id === `${name}-chat`) as Dialect;
  const call = dialect.recognise(chatRequest({ ...CHAT, stream }));
  if (call === undefined) throw new Error("not recognised");
  const written = (reply: PlainReply = plainReply()) => {
    const { contentType, frames } = dialect.write(reply, call);
    return streamReply(frames, contentType);
  };
  const broken = (trouble: Trouble) =>
    streamReply([
      ...dialect.write(plainReply(), call).frames.slice(0, 2),
      dialect.breakStream(trouble, call, CONTEXT) ?? bytesOf("no error"),
    ]);
  return { written, broken, refused: (trouble: Trouble) => dialect.refuse(trouble, call, CONTEXT) };
}

async function at<T>(reply: WireReply, use: (origin: string) => Promise<T>): Promise<T> {
  await using server = await serve(reply);
  return await use(new URL(server.url).origin);
}

describe("groq-sdk", () => {
  const create = (reply: WireReply) => at(reply, (origin) => groqClient(origin).chat.completions.create(CHAT));
  const consume = (reply: WireReply) =>
    at(reply, async (origin) => {
      const seen = { text: "", usage: 0, args: "" };
      for await (const chunk of await groqClient(origin).chat.completions.create({ ...CHAT, stream: true })) {
        seen.text += chunk.choices[0]?.delta.content ?? "";
        seen.args += chunk.choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? "";
        seen.usage += chunk.x_groq?.usage?.completion_tokens ?? 0;
      }
      return seen;
    });

  it("reads whole and streamed answers, tool calls, and the usage in its own place", async () => {
    const whole = await create(chat("groq", false).written());
    expect(whole.choices[0]?.message.content).toBe("Hello there");
    expect(await consume(chat("groq", true).written())).toEqual({ text: "Hello there", usage: 3, args: "" });
    expect((await consume(chat("groq", true).written(TOOL_REPLY))).args).toBe('{"city":"Rome"}');
  });

  it.each([
    [LIMITED, Groq.RateLimitError],
    [{ kind: "bad_key" }, Groq.AuthenticationError],
    [{ kind: "unknown_model" }, Groq.NotFoundError],
    [{ kind: "quota_exceeded", quota: undefined }, Groq.BadRequestError],
    [{ kind: "overloaded", retryAfterMs: undefined }, Groq.InternalServerError],
    [{ kind: "budget", message: "spent" }, Groq.PermissionDeniedError],
  ] as [Trouble, unknown][])("%j has its class", async (trouble, type) => {
    expect(await failureOf(create(chat("groq", false).refused(trouble)))).toMatchObject({ constructor: type });
  });

  it("throws in the middle of a broken stream", async () => {
    expect(await failureOf(consume(chat("groq", true).broken(LIMITED)))).toMatchObject({
      constructor: Groq.APIError,
      error: { code: "rate_limit_exceeded" },
    });
  });
});

describe("@mistralai/mistralai", () => {
  const complete = (reply: WireReply) => at(reply, (origin) => mistralClient(origin).chat.complete(CHAT));
  const consume = (reply: WireReply) =>
    at(reply, async (origin) => {
      const seen = { text: "", usage: 0 };
      for await (const { data } of await mistralClient(origin).chat.stream(CHAT)) {
        const content = data.choices[0]?.delta.content;
        seen.text += typeof content === "string" ? content : "";
        seen.usage += data.usage?.completionTokens ?? 0;
      }
      return seen;
    });

  it("reads whole and streamed answers by its own schema, tool calls, and the usage", async () => {
    const whole = await complete(chat("mistral", false).written());
    expect(whole.choices[0]?.message?.content).toBe("Hello there");
    const tool = await complete(chat("mistral", false).written(TOOL_REPLY));
    expect(tool.choices[0]?.message?.toolCalls?.[0]?.function).toMatchObject({ arguments: '{"city":"Rome"}' });
    expect(await consume(chat("mistral", true).written())).toEqual({ text: "Hello there", usage: 3 });
  });

  it("throws its own error with status and body", async () => {
    const error = await failureOf(complete(chat("mistral", false).refused(LIMITED)));
    expect(error).toMatchObject({ statusCode: 429, body: expect.stringContaining('"raw_status_code": 429') });
    expect((error as Error).constructor.name).toBe("SDKError");
  });

  it("trips over its own schema in the middle of a broken stream", async () => {
    const error = await failureOf(
      consume(chat("mistral", true).broken({ kind: "server_error", retryAfterMs: undefined })),
    );
    expect((error as Error).constructor.name).toBe("ZodError");
  });
});

describe("openai before OpenRouter", () => {
  it("reads an answer, and has a class for money", async () => {
    const create = (reply: WireReply) => at(reply, (origin) => openRouterClient(origin).chat.completions.create(CHAT));
    expect((await create(chat("openrouter", false).written())).choices[0]?.message.content).toBe("Hello there");
    const error = await failureOf(
      create(chat("openrouter", false).refused({ kind: "quota_exceeded", quota: undefined })),
    );
    expect(error).toMatchObject({ constructor: OpenAI.APIError, status: 402 });
  });

  it("throws at the error inside a stream, and waits through comments", async () => {
    const { broken } = chat("openrouter", true);
    const { body } = broken({ kind: "server_error", retryAfterMs: undefined });
    const reply = streamReply([bytesOf(": OPENROUTER PROCESSING\n\n"), body]);
    const consume = at(reply, async (origin) => {
      for await (const _ of await openRouterClient(origin).chat.completions.create({ ...CHAT, stream: true })) void _;
    });
    expect(await failureOf(consume)).toMatchObject({ constructor: OpenAI.APIError, code: 500 });
  });
});
