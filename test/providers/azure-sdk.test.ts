import OpenAI, { AzureOpenAI } from "openai";
import { describe, expect, it } from "vitest";
import type { Trouble } from "../../src/core/dialect.ts";
import type { WireReply } from "../../src/core/exchange.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { API_VERSION, azureCall, azureDialect, azureRequest } from "../support/azure.ts";
import { spec } from "../support/limits.ts";
import { CONTEXT, plainReply, serve, streamReply } from "../support/openai.ts";
import { failureOf } from "../support/openai-clients.ts";
import { startTestProxy, startUpstream } from "../support/proxy.ts";

/** The official package's Azure client, as the judge of our bytes and as the caller before a wall. */

const azure = azureDialect();
const MESSAGES = [{ role: "user" as const, content: "Say hello." }];
const ASKED = { model: "mine", messages: MESSAGES };

const client = (endpoint: string, maxRetries = 0) =>
  new AzureOpenAI({ endpoint, apiKey: "test-not-a-key", apiVersion: API_VERSION, maxRetries });

async function withAzure<T>(reply: WireReply, use: (client: AzureOpenAI) => Promise<T>): Promise<T> {
  await using server = await serve(reply);
  return await use(client(new URL(server.url).origin));
}

const written = (changes: object, reply = plainReply()) => {
  const { contentType, frames } = azure.write(reply, azureCall(changes));
  return streamReply(frames, contentType);
};

describe("the official client", () => {
  it("reads a whole answer", async () => {
    const completion = await withAzure(written({}), (it) => it.chat.completions.create(ASKED));
    expect(completion.choices[0]?.message.content).toBe("Hello there");
    expect(completion.usage?.total_tokens).toBe(6);
  });

  it("assembles a stream behind the filter's chunk, with its usage", async () => {
    const options = { stream: true, stream_options: { include_usage: true } } as const;
    const completion = await withAzure(written(options), (it) =>
      it.chat.completions.stream({ ...ASKED, ...options }).finalChatCompletion(),
    );
    expect(completion.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "Hello there" } });
    expect(completion.usage?.completion_tokens).toBe(3);
  });

  it("sees a first chunk without a choice: code that takes the first choice of each breaks, as before Azure", async () => {
    const seen = await withAzure(written({ stream: true }), async (it) => {
      const counts: number[] = [];
      for await (const chunk of await it.chat.completions.create({ ...ASKED, stream: true }))
        counts.push(chunk.choices.length);
      return counts;
    });
    expect(seen).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it("assembles the arguments of a tool call", async () => {
    const toolCall = { id: "call_1", name: "weather", argumentPieces: ['{"city":', '"Rome"}'] };
    const reply = plainReply({ pieces: [], finish: "tool_calls", toolCall });
    const completion = await withAzure(written({ stream: true }, reply), (it) =>
      it.chat.completions.stream(ASKED).finalChatCompletion(),
    );
    expect(completion.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: "weather", arguments: '{"city":"Rome"}' },
    });
  });

  it("throws in the middle of a broken stream", async () => {
    const { frames } = azure.write(plainReply(), azureCall({ stream: true }));
    const error = azure.breakStream({ kind: "overloaded", retryAfterMs: undefined }, azureCall(), CONTEXT);
    const seen: (string | null | undefined)[] = [];
    const broken = withAzure(streamReply([...frames.slice(0, 3), error ?? new Uint8Array()]), async (it) => {
      const stream = await it.chat.completions.create({ ...ASKED, stream: true });
      for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content);
    });
    await expect(broken).rejects.toMatchObject({ constructor: OpenAI.APIError, type: "server_error" });
    expect(seen).toEqual([undefined, "", "Hel"]);
  });

  it.each([
    [{ kind: "overloaded", retryAfterMs: 1_000 }, OpenAI.RateLimitError, 429, "429"],
    [{ kind: "quota_exceeded", quota: undefined }, OpenAI.PermissionDeniedError, 403, undefined],
    [{ kind: "server_error", retryAfterMs: undefined }, OpenAI.InternalServerError, 500, null],
    [{ kind: "bad_gateway", retryAfterMs: undefined }, OpenAI.InternalServerError, 502, undefined],
    [{ kind: "timeout", retryAfterMs: undefined }, OpenAI.APIError, 408, "Timeout"],
    [{ kind: "bad_key" }, OpenAI.AuthenticationError, 401, "401"],
    [{ kind: "unknown_model" }, OpenAI.NotFoundError, 404, "DeploymentNotFound"],
    [{ kind: "context_too_long" }, OpenAI.BadRequestError, 400, "context_length_exceeded"],
    [{ kind: "content_filter" }, OpenAI.BadRequestError, 400, "content_filter"],
    [{ kind: "budget", message: "spent" }, OpenAI.PermissionDeniedError, 403, "llm_chaos_budget"],
  ] as [
    Trouble,
    unknown,
    number,
    string | null | undefined,
  ][])("%j has its class", async (trouble, type, status, code) => {
    const reply = azure.refuse(trouble, azureCall(), CONTEXT);
    const refused = withAzure(reply, (it) => it.chat.completions.create(ASKED));
    await expect(refused).rejects.toMatchObject({ constructor: type, status, code });
  });

  it("takes the pair that breaks a Responses stream: first a failure without a reason, then an exception", async () => {
    const responses = azureDialect("azure-openai-responses");
    const call = responses.recognise(
      azureRequest({ model: "mine", input: "x", stream: true }, { path: "/openai/responses?api-version=preview" }),
    );
    if (call === undefined) throw new Error("not recognised");
    const { frames } = responses.write(plainReply(), call);
    const error = responses.breakStream({ kind: "overloaded", retryAfterMs: undefined }, call, CONTEXT);
    const seen: string[] = [];
    const broken = withAzure(streamReply([...frames.slice(0, 2), error ?? new Uint8Array()]), async (it) => {
      const stream = await it.responses.create({ model: "mine", input: "x", stream: true });
      for await (const event of stream) seen.push(event.type);
    });
    expect(await failureOf(broken)).toMatchObject({ constructor: OpenAI.APIError, type: "server_error" });
    expect(seen).toEqual(["response.created", "response.in_progress", "response.failed"]);
  });
});

describe("through the proxy", () => {
  /** Written after captured streams: the filter's chunk, findings in each choice, the asynchronous filter's chunk without a delta. */
  const RECORDED = [
    'data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"filtered":false,"detected":false}}}]}\n\n',
    'data: {"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1736407895,"id":"chatcmpl-1","model":"m-2024-07-18","object":"chat.completion.chunk","system_fingerprint":"fp_1","usage":null}\n\n',
    'data: {"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"delta":{"content":"Grüße"},"finish_reason":null,"index":0,"logprobs":null}],"created":1736407895,"id":"chatcmpl-1","model":"m-2024-07-18","object":"chat.completion.chunk","system_fingerprint":"fp_1","usage":null}\n\n',
    'data: {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"created":1736407895,"id":"chatcmpl-1","model":"m-2024-07-18","object":"chat.completion.chunk","system_fingerprint":"fp_1","usage":null}\n\n',
    'data: {"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":null,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":198}}],"usage":null}\n\n',
    'data: {"choices":[],"created":1736407895,"id":"chatcmpl-1","model":"m-2024-07-18","object":"chat.completion.chunk","system_fingerprint":"fp_1","usage":{"completion_tokens":3,"prompt_tokens":9,"total_tokens":12}}\n\n',
    "data: [DONE]\n\n",
  ].join("");

  it("relays a recorded-shaped stream byte for byte, and tells what was in it", async () => {
    const bytes = Buffer.from(RECORDED);
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "x-ms-region": "Sweden Central" });
      // In odd chunks: inside a name, inside a letter.
      for (let at = 0; at < bytes.length; at += 37) response.write(bytes.subarray(at, at + 37));
      response.end();
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const { body } = azureRequest({ messages: MESSAGES, stream: true });
    const path = `/openai/deployments/mine/chat/completions?api-version=${API_VERSION}`;
    const headers = { "content-type": "application/json", "api-key": "canary-key-1234" };
    const reply = await fetch(proxy.url + path, { method: "POST", headers, body: Buffer.from(body) });
    expect(Buffer.from(await reply.arrayBuffer()).equals(bytes)).toBe(true);
    expect(upstream.requests[0]?.path).toBe(path);
    expect(upstream.requests[0]?.rawHeaders).toContain("canary-key-1234");
    await proxy.event("reply_ended");
    expect(proxy.of("call_received")).toMatchObject([{ dialect: "azure-openai", provider: "azure", model: "mine" }]);
    expect(proxy.of("first_content")).toHaveLength(1);
    expect(proxy.of("finish_seen")).toMatchObject([{ finish: "stop" }]);
    expect(proxy.of("usage_seen")).toMatchObject([{ input_tokens: 9, output_tokens: 3 }]);
    expect(JSON.stringify(proxy.events) + proxy.lines).not.toContain("canary-key");
  });

  it("refuses the second call of a second at 60 a minute, and serves it when the client has waited as told", async () => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(written({}).body);
    });
    const clock = createSystemClock();
    const limiter = createLimiter({ specs: [spec({ rpm: 60, tpm: 1_000 }, { provider: "azure" })], clock });
    const proxy = await startTestProxy({ upstream: upstream.url, limiter, clock });
    const caller = client(proxy.url, 3);
    const answers = await Promise.all([1, 2].map(() => caller.chat.completions.create(ASKED)));
    expect(answers.map(({ choices }) => choices[0]?.message.content)).toEqual(["Hello there", "Hello there"]);
    expect(upstream.requests).toHaveLength(2);

    const [refused, ...more] = proxy.of("call_refused");
    expect(more).toEqual([]);
    expect(refused).toMatchObject({ origin: "counted", status: 429, dimension: "rpm", limit: 60, requested: 1 });
    const { announced_ms: announced = Number.NaN } = refused ?? {};
    expect(announced).toBeGreaterThan(0);
    expect(announced).toBeLessThanOrEqual(1_000);
    const retry = proxy.of("call_received").find(({ joins }) => joins.retry_count === 1);
    // The header says whole seconds, which the client obeys.
    expect((retry?.head_at_ms ?? 0) - (refused?.t_ms ?? 0)).toBeGreaterThanOrEqual(announced);
  });

  it("tells what is left of the deployment's limits on a success", async () => {
    const upstream = await startUpstream((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(written({}).body);
    });
    const clock = createSystemClock();
    const limiter = createLimiter({ specs: [spec({ rpm: 60, tpm: 1_000 }, { provider: "azure" })], clock });
    const proxy = await startTestProxy({ upstream: upstream.url, limiter, clock });
    const { response } = await client(proxy.url)
      .chat.completions.create({ ...ASKED, max_tokens: 100 })
      .withResponse();
    const { charge } = proxy.of("call_received")[0] ?? {};
    expect(charge).toBeGreaterThan(100);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-remaining-tokens": String(1_000 - (charge ?? 0)),
    });
  });
});
