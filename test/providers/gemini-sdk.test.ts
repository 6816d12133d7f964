import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from "@google/genai";
import { describe, expect, it } from "vitest";
import type { PlainReply, Trouble } from "../../src/core/dialect.ts";
import type { WireReply } from "../../src/core/exchange.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { chunkOf, geminiCall, MODEL, SSE, WHOLE } from "../support/gemini.ts";
import { bytesOf, CONTEXT, plainReply, serve, streamReply } from "../support/openai.ts";
import { failureOf } from "../support/openai-clients.ts";
import { startUpstream } from "../support/proxy.ts";

/** The official package as the judge of our bytes. */

const ASKED = { model: MODEL, contents: "Say hello." };

async function withClient<T>(reply: WireReply, use: (client: GoogleGenAI) => Promise<T>): Promise<T> {
  await using server = await serve(reply);
  const baseUrl = server.url.replace(/\/v1$/, "");
  return await use(new GoogleGenAI({ apiKey: "sample-key-0001", httpOptions: { baseUrl } }));
}

const written = (path: string, reply: PlainReply = plainReply()) => {
  const { contentType, frames } = gemini.write(reply, geminiCall(path));
  return streamReply(frames, contentType);
};

/** Every chunk the client yields; `seen` keeps those before an error. */
async function streamed(client: GoogleGenAI, seen: { text?: string | undefined; finish?: string | undefined }[] = []) {
  const stream = await client.models.generateContentStream(ASKED);
  let last: Awaited<ReturnType<typeof client.models.generateContent>> | undefined;
  for await (const chunk of stream) {
    seen.push({ text: chunk.text, finish: chunk.candidates?.[0]?.finishReason });
    last = chunk;
  }
  return { seen, last };
}

const TOOL_REPLY = plainReply({
  pieces: [],
  finish: "tool_calls",
  toolCall: { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] },
});

describe("the official client", () => {
  it("reads a whole answer", async () => {
    const reply = await withClient(written(WHOLE), (client) => client.models.generateContent(ASKED));
    expect(reply.text).toBe("Hello there");
    expect(reply.candidates?.[0]?.finishReason).toBe("STOP");
    expect(reply.usageMetadata).toMatchObject({ promptTokenCount: 3, candidatesTokenCount: 3, totalTokenCount: 6 });
  });

  it("reads a stream with usage, and misses nothing", async () => {
    const { seen, last } = await withClient(written(SSE), (client) => streamed(client));
    expect(seen.map(({ text }) => text).join("")).toBe("Hello there");
    expect(seen.map(({ finish }) => finish)).toEqual([undefined, undefined, undefined, "STOP"]);
    expect(last?.usageMetadata?.candidatesTokenCount).toBe(3);
    expect(last?.modelVersion).toBe(MODEL);
  });

  it("reads a function call, whole and streamed", async () => {
    const call = { id: "call_1", name: "weather", args: { city: "Rome" } };
    const whole = await withClient(written(WHOLE, TOOL_REPLY), (client) => client.models.generateContent(ASKED));
    expect(whole.functionCalls).toEqual([call]);
    const calls = await withClient(written(SSE, TOOL_REPLY), async (client) => {
      const found = [];
      for await (const chunk of await client.models.generateContentStream(ASKED)) found.push(chunk.functionCalls);
      return found;
    });
    expect(calls).toEqual([[call], undefined]);
  });

  it("is not disturbed by what we send to keep a silent stream alive", async () => {
    const { contentType, frames } = gemini.write(plainReply(), geminiCall(SSE));
    const ping = gemini.keepAlive ?? bytesOf("");
    const withPings = frames.flatMap((frame) => [ping, frame, ping, ping]);
    const { seen } = await withClient(streamReply(withPings, contentType), (client) => streamed(client));
    expect(seen.map(({ text }) => text).join("")).toBe("Hello there");
    expect(seen).toHaveLength(4);
  });

  it("throws in the middle of a broken stream", async () => {
    const { frames } = gemini.write(plainReply(), geminiCall(SSE));
    for (const [kind, code, status] of [
      ["overloaded", 503, "UNAVAILABLE"],
      ["server_error", 500, "INTERNAL"],
      ["timeout", 504, "DEADLINE_EXCEEDED"],
    ] as const) {
      const trouble: Trouble = { kind, retryAfterMs: undefined };
      const error = gemini.breakStream(trouble, geminiCall(SSE), CONTEXT) ?? bytesOf("");
      const seen: { text?: string | undefined }[] = [];
      const broken = withClient(streamReply([...frames.slice(0, 2), error]), (client) => streamed(client, seen));
      expect(await failureOf(broken)).toMatchObject({ constructor: ApiError, status: code });
      expect(await failureOf(broken)).toHaveProperty("message", expect.stringContaining(`got status: ${status}.`));
      expect(seen.map(({ text }) => text)).toEqual(["Hel", "lo"]);
    }
  });

  it("takes a clean cut for an end, and half an event for an error", async () => {
    const { frames } = gemini.write(plainReply(), geminiCall(SSE));
    const { seen } = await withClient(streamReply(frames.slice(0, 2)), (client) => streamed(client));
    expect(seen.map(({ finish }) => finish)).toEqual([undefined, undefined]);
    const half = [...frames.slice(0, 2), (frames[2] ?? bytesOf("")).subarray(0, 30)];
    const error = await failureOf(withClient(streamReply(half), (client) => streamed(client)));
    expect(String(error)).toContain("Incomplete JSON segment");
  });

  it.each([
    [{ kind: "quota_exceeded", quota: undefined }, 429, "prepayment credits"],
    [{ kind: "overloaded", retryAfterMs: undefined }, 503, "UNAVAILABLE"],
    [{ kind: "server_error", retryAfterMs: undefined }, 500, "INTERNAL"],
    [{ kind: "bad_gateway", retryAfterMs: undefined }, 502, "502"],
    [{ kind: "timeout", retryAfterMs: undefined }, 504, "DEADLINE_EXCEEDED"],
    [{ kind: "bad_key" }, 400, "API_KEY_INVALID"],
    [{ kind: "unknown_model" }, 404, "is not found for API version v1"],
    [{ kind: "context_too_long" }, 400, "exceeds the maximum number of tokens"],
    [{ kind: "request_too_large" }, 400, "Request payload size"],
    [{ kind: "budget", message: "spent" }, 403, "llm_chaos_budget"],
  ] as [Trouble, number, string][])("%j has its status", async (trouble, status, text) => {
    for (const path of [WHOLE, SSE]) {
      const reply = gemini.refuse(trouble, geminiCall(path), CONTEXT);
      const error = await failureOf(
        withClient<unknown>(reply, (client) =>
          path === SSE ? streamed(client) : client.models.generateContent(ASKED),
        ),
      );
      expect(error).toMatchObject({ constructor: ApiError, status });
      expect(String(error)).toContain(text);
    }
  });

  it("sees a rate limit with all that Google tells of it", async () => {
    const refusal = { dimension: "rpm", limit: 15, used: 15, requested: 1, waitMs: 38_601, windowMs: 60_000 } as const;
    const trouble: Trouble = {
      kind: "rate_limit",
      refusal: { ...refusal, tier: "free" },
      readings: [],
      hints: undefined,
    };
    const error = await failureOf(
      withClient(gemini.refuse(trouble, geminiCall(WHOLE), CONTEXT), (client) => client.models.generateContent(ASKED)),
    );
    if (!(error instanceof ApiError)) throw new Error(`not an ApiError: ${error}`);
    // The client puts the whole body into its message, which is where callers look for the wait.
    const body = JSON.parse(error.message);
    expect(body.error.details[2]).toMatchObject({ retryDelay: "38.601s" });
    expect(body.error.details[1].violations[0].quotaId).toBe("GenerateRequestsPerMinutePerProjectPerModel-FreeTier");
  });

  it("gets a blocked prompt as an answer without candidates, streamed and whole", async () => {
    const blocked = (path: string) => gemini.refuse({ kind: "content_filter" }, geminiCall(path), CONTEXT);
    const whole = await withClient(blocked(WHOLE), (client) => client.models.generateContent(ASKED));
    const { last } = await withClient(blocked(SSE), (client) => streamed(client));
    for (const reply of [whole, last]) {
      expect(reply?.promptFeedback?.blockReason).toBe("PROHIBITED_CONTENT");
      expect(reply?.text).toBeUndefined();
    }
  });

  it("asks as our recognition expects, with thoughts, tools and a schema", async () => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(`data: ${JSON.stringify(chunkOf([{ text: "Hi" }], { finishReason: "STOP" }))}\r\n\r\n`);
    });
    const client = new GoogleGenAI({ apiKey: "sample-key-0001", httpOptions: { baseUrl: upstream.url } });
    const stream = await client.models.generateContentStream({
      model: MODEL,
      contents: [{ role: "user", parts: [{ text: "What is the weather in Oslo?" }] }],
      config: {
        systemInstruction: "Be brief.",
        maxOutputTokens: 321,
        tools: [{ functionDeclarations: [{ name: "weather", parametersJsonSchema: { type: "object" } }] }],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
        thinkingConfig: { includeThoughts: true },
      },
    });
    for await (const _ of stream);
    const [asked] = upstream.requests;
    if (asked === undefined) throw new Error("nothing was asked");
    expect(asked.rawHeaders).toContain("sample-key-0001");
    const request = { ...asked, headers: asked.rawHeaders };
    expect(gemini.concerns(request)).toBe(true);
    expect(gemini.recognise(request)).toMatchObject({
      model: MODEL,
      provider: "gemini",
      stream: true,
      tools: true,
      maxOutputTokens: 321,
      lastUserText: "What is the weather in Oslo?",
    });
    expect(gemini.recognise(request)?.framing).toBeUndefined();
  });
});
