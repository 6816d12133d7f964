import { describe, expect, it } from "vitest";
import type { Trouble } from "../../src/core/dialect.ts";
import type { DimensionReading, LimitRefusal } from "../../src/core/limits.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { dialects, dialectsFor } from "../../src/providers/index.ts";
import { azureCall, azureDialect, azureRequest } from "../support/azure.ts";
import { createFakeClock } from "../support/clock.ts";
import { spec } from "../support/limits.ts";
import { bytesOf, CONTEXT, chatRequest, frameOf, headersOf, plainReply, textOf } from "../support/openai.ts";

const azure = azureDialect();
const MESSAGES = [{ role: "user", content: "Say hello." }];
const DEPLOYED = "/openai/deployments/mine/chat/completions";

const REFUSAL: LimitRefusal = {
  dimension: "tpm",
  limit: 1_000,
  used: 900,
  requested: 300,
  waitMs: 44_200,
  windowMs: 60_000,
};
const limited = (changes: Partial<LimitRefusal> = {}, more: object = {}): Trouble => ({
  kind: "rate_limit",
  refusal: { ...REFUSAL, ...changes },
  readings: [],
  hints: undefined,
  ...more,
});
const refuse = (trouble: Trouble, call = azureCall()) => {
  const { status, headers, body } = azure.refuse(trouble, call, CONTEXT);
  return { status, headers: headersOf(headers), error: JSON.parse(textOf(body)).error, text: textOf(body) };
};

describe("recognising", () => {
  const first = (
    path: string,
    headers: readonly string[],
    body: object = { messages: MESSAGES, model: "body-model" },
  ) =>
    dialects
      .find((one) => one.concerns({ method: "POST", path, headers }))
      ?.recognise(azureRequest(body, { path, headers }));
  const key = ["api-key", "k"];

  it.each([
    ["a deployment and a version", `${DEPLOYED}?api-version=2024-10-21`, key, "mine"],
    ["a deployment below v1", "/v1/deployments/mine/chat/completions", ["Authorization", "Bearer k"], "mine"],
    ["a bare deployment", "/deployments/my%20one/chat/completions", [], "my one"],
    ["v1 with a key of Azure's", "/openai/v1/chat/completions", key, "body-model"],
    ["v1 with an ordinary key", "/openai/v1/chat/completions", ["Authorization", "Bearer 0a1b2c"], "body-model"],
    ["v1 with Azure's client", "/openai/v1/chat/completions", ["User-Agent", "AzureOpenAI/JS 7.57.0"], "body-model"],
    ["a version alone", "/models/chat/completions?api-version=2024-05-01-preview", [], "body-model"],
  ])("takes %s", (_, path, headers, model) => {
    expect(first(path, headers)).toMatchObject({ dialect: "azure-openai", provider: "azure", model });
  });

  it.each([
    ["/v1/chat/completions", ["Authorization", "Bearer sk-1"]],
    ["/openai/v1/chat/completions", ["Authorization", "Bearer gsk_1"]],
    ["/v1beta/openai/chat/completions", ["Authorization", "Bearer AIza"]],
    ["/v1/chat/completions?like=/deployments/x/", ["Authorization", "Bearer sk-1"]],
  ])("leaves %s to others", (path, headers) => {
    expect(azure.concerns({ method: "POST", path, headers })).toBe(false);
    expect(azure.recognise(azureRequest({ messages: MESSAGES, model: "m" }, { path, headers }))).toBeUndefined();
  });

  it.each([
    ["https://mine.openai.azure.com/openai/v1", undefined],
    ["https://mine.services.ai.azure.com", undefined],
    ["https://gateway.test", "azure"],
  ])("takes every request where the upstream is %s, named %s", (upstream, name) => {
    const list = dialectsFor(new URL(upstream), name);
    const request = chatRequest({ messages: MESSAGES, model: "m" });
    const found = list.find((one) => one.concerns(request) && one.recognise(request));
    expect(found?.recognise(request)).toMatchObject({ dialect: "azure-openai", model: "m" });
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
  });

  it("takes none for Azure whose host only looks like it", () => {
    const list = dialectsFor(new URL("https://openai.azure.com.evil.test"));
    const request = chatRequest({ messages: MESSAGES, model: "m" });
    expect(list.find((one) => one.concerns(request))?.id).toBe("openai-chat");
  });

  it("takes the other formats too", () => {
    expect(first("/openai/responses?api-version=preview", key, { model: "m", input: "x" })?.dialect).toBe(
      "azure-openai-responses",
    );
    expect(first("/openai/deployments/e/embeddings?api-version=1", key, { input: "x" })).toMatchObject({
      dialect: "azure-openai-embeddings",
      model: "e",
    });
    expect(first("/openai/deployments/c/completions?api-version=1", key, { prompt: "x" })).toMatchObject({
      dialect: "azure-openai-completions",
      model: "c",
    });
  });

  it.each([
    { messages: MESSAGES },
    { messages: MESSAGES, model: "other" },
    { messages: MESSAGES, model: null },
    { model: "", messages: MESSAGES },
  ])("lets the deployment win over %j, and keeps the body", (body) => {
    const call = azure.recognise(azureRequest(body));
    expect(call).toMatchObject({ model: "sample-deployment", apiVersion: "2024-10-21", lastUserText: "Say hello." });
    expect(call?.body["messages"]).toEqual(MESSAGES);
    expect(call?.body["model"]).toBe(body.model || undefined);
  });

  it.each(["", "x", "{}", "[]", '{"a":1}', '{"messages":[}'])("takes no call from %j", (text) => {
    expect(azure.recognise({ ...chatRequest(text, DEPLOYED), headers: key })).toBeUndefined();
  });

  it("prints no version that is none", () => {
    const path = `${DEPLOYED}?api-version=${encodeURIComponent('x"<script>')}`;
    expect(azure.recognise(azureRequest({ messages: MESSAGES }, { path }))).not.toHaveProperty("apiVersion");
  });
});

describe("charging", () => {
  it.each([
    [{}, 0],
    [{ max_tokens: 100 }, 100],
    [{ max_completion_tokens: 70, best_of: 3 }, 210],
    [{ max_tokens: 100, best_of: 0 }, 100],
  ])("adds the prompt and what %j reserves", (changes, outputTokens) => {
    const call = azureCall(changes);
    const { inputTokens } = call;
    expect(azure.charge(call)).toEqual({ requests: 1, inputTokens, outputTokens, tokens: inputTokens + outputTokens });
  });
});

describe("the 429 of a limit", () => {
  it("has the code as a text, no type, and the same whole seconds everywhere", () => {
    const { status, headers, error } = refuse(limited());
    expect(status).toBe(429);
    expect(error).toEqual({
      code: "429",
      message:
        "Your requests to sample-deployment for sample-deployment in Sweden Central have exceeded the token rate limit for your current AIServices S0 pricing tier. This request was for ChatCompletions_Create under Azure OpenAI API version 2024-10-21. Please retry after 45 seconds.",
    });
    expect(headers).toMatchObject({
      "retry-after": "45",
      "x-ratelimit-reset-tokens": "45",
      "x-ratelimit-remaining-tokens": "100",
      "policy-id": "DeploymentRatelimit-Token",
      "apim-request-id": "req_test",
      "x-ms-region": "Sweden Central",
    });
    expect(headers).not.toHaveProperty("x-ratelimit-reset-requests");
  });

  it("speaks of calls where requests are short, and names the model of the body", () => {
    const { headers, error } = refuse(
      limited({ dimension: "rpm", used: 1_000, waitMs: 300 }),
      azureCall({ model: "m" }),
    );
    expect(error.message).toContain("to sample-deployment for m in");
    expect(error.message).toContain("exceeded the call rate limit");
    expect(error.message).toContain("Please retry after 1 seconds.");
    expect(headers).toMatchObject({ "x-ratelimit-reset-requests": "1", "policy-id": "DeploymentRatelimit-Call" });
    expect(headers["x-ratelimit-remaining-requests"]).toBe("0");
  });

  it("asks for a day where waiting is no use, unless the hints are given", () => {
    const endless = { waitMs: undefined, requested: 2_000 };
    const { headers, error } = refuse(limited(endless));
    expect(headers["retry-after"]).toBe("86400");
    expect(error.message).toMatch(
      /have exceeded token rate limit of your .* Please retry after 86400 seconds\. Please go/,
    );
    const silent = refuse(limited(endless, { hints: ["header", "body"] }));
    expect(silent.headers).not.toHaveProperty("retry-after");
    expect(silent.error.message).not.toContain("retry after");
  });

  it("says the wait where it is asked to, and the same lie in each place", () => {
    const provisioned = refuse(limited({}, { hints: ["header", "ms_header"], announcedMs: 442_000 }));
    expect(provisioned.headers).toMatchObject({ "retry-after": "442", "retry-after-ms": "442000" });
    // The counter is no hint, and stays true.
    expect(provisioned.headers["x-ratelimit-reset-tokens"]).toBe("45");
    expect(provisioned.error.message).not.toContain("retry after");
    expect(refuse(limited({}, { announcedMs: 442_000 })).error.message).toContain("retry after 442 seconds");
    const old = refuse(limited({}, { hints: [] }));
    expect(old.headers).not.toHaveProperty("retry-after");
    expect(old.headers["x-ratelimit-reset-tokens"]).toBe("45");
  });

  it("drops what it does not know: a version, an operation's own name", () => {
    const { apiVersion: _, ...call } = azureCall();
    expect(refuse(limited(), call).error.message).toContain("for ChatCompletions_Create. Please");
    const embed = azureDialect("azure-openai-embeddings");
    const request = azureRequest({ input: "x" }, { ending: "/embeddings" });
    const embedding = embed.recognise(request) ?? call;
    expect(textOf(embed.refuse(limited(), embedding, CONTEXT).body)).toContain("for Embeddings_Create under");
  });
});

describe("other refusals", () => {
  it.each<[Trouble, number, object | RegExp]>([
    [{ kind: "bad_key" }, 401, { code: "401" }],
    [{ kind: "unknown_model" }, 404, { code: "DeploymentNotFound" }],
    [{ kind: "context_too_long" }, 400, { code: "context_length_exceeded", type: "invalid_request_error" }],
    [{ kind: "timeout", retryAfterMs: undefined }, 408, { code: "Timeout", message: "The operation was timeout." }],
    [{ kind: "server_error", retryAfterMs: undefined }, 500, { type: "server_error", code: null }],
    [
      { kind: "overloaded", retryAfterMs: 19_500 },
      429,
      { code: "429", message: /load\. Please retry after 20 seconds\. For/ },
    ],
    [{ kind: "overloaded", retryAfterMs: undefined }, 429, { message: /load\. For improved/ }],
    [
      { kind: "content_filter" },
      400,
      { code: "content_filter", param: "prompt", innererror: { code: "ResponsibleAIPolicyViolation" } },
    ],
    [{ kind: "budget", message: "spent" }, 403, { code: "llm_chaos_budget" }],
  ])("says %j in Azure's words", (trouble, status, error) => {
    const told = refuse(trouble);
    expect(told.status).toBe(status);
    expect(told.error).toMatchObject(
      Object.fromEntries(
        Object.entries(error).map(([name, value]) => [
          name,
          value instanceof RegExp ? expect.stringMatching(value) : value,
        ]),
      ),
    );
    expect(told.headers).toMatchObject({ "apim-request-id": "req_test", "x-ms-region": "Sweden Central" });
    expect(JSON.stringify(told)).not.toMatch(/openai-organization|cloudflare|platform\.openai\.com/);
  });

  it("has a gateway's page for a 502, and a gateway's 403 for a quota", () => {
    const page = azure.refuse({ kind: "bad_gateway", retryAfterMs: 2_000 }, azureCall(), CONTEXT);
    expect(headersOf(page.headers)).toMatchObject({ "content-type": "text/html", "retry-after": "2" });
    const quota = azure.refuse({ kind: "quota_exceeded", quota: undefined }, azureCall(), CONTEXT);
    // 2026-01-05T12:00:00.400Z to the first of February.
    expect(JSON.parse(textOf(quota.body))).toEqual({
      statusCode: 403,
      message: "Out of call volume quota. Quota will be replenished in 26.12:00:00.",
    });
  });
});

describe("reading Azure's own refusals", () => {
  const read = (message: string, headers: readonly string[] = [], status = 429) =>
    azure.readRefusal(status, headers, bytesOf(JSON.stringify({ error: { code: "429", message } })));

  it.each([
    [
      "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-08-01-preview have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 86400 seconds. Please go here",
      { trouble: "rate_limit", dimension: "tpm", waitMs: 86_400_000 },
    ],
    [
      "Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 2 seconds.",
      { trouble: "rate_limit", dimension: "rpm", waitMs: 2_000 },
    ],
    ["Rate limit is exceeded. Try again in 50 seconds.", { dimension: undefined, waitMs: 50_000 }],
    ["Rate limit is exceeded. Retry after 850 milliseconds.", { waitMs: 850 }],
    [
      "The system is currently experiencing high demand and cannot process your request. Please retry after 20 seconds.",
      { trouble: "overloaded", waitMs: 20_000 },
    ],
    ["odd", { trouble: "rate_limit", dimension: undefined, waitMs: undefined }],
  ])("%s", (message, expected) => expect(read(message)).toMatchObject(expected));

  it("prefers the headers for the wait, the policy for the dimension, and takes no counter for an announcement", () => {
    expect(read("Try again in 50 seconds.", ["Retry-After", "3"])?.waitMs).toBe(3_000);
    const old = read("odd", ["policy-id", "DeploymentRatelimit-Token", "x-rate-limit-reset-tokens", "55"]);
    expect(old).toEqual({ trouble: "rate_limit", dimension: "tpm", waitMs: undefined });
  });

  it("knows a gateway's quota from other 403s, and reads back what it writes", () => {
    const { status, headers, body } = azure.refuse({ kind: "quota_exceeded", quota: undefined }, azureCall(), CONTEXT);
    expect(azure.readRefusal(status, headers, body)?.trouble).toBe("quota_exceeded");
    expect(azure.readRefusal(403, [], bytesOf('{"error":{"message":"no access"}}'))).toBeUndefined();
    expect(azure.readRefusal(503, ["retry-after", "1"], bytesOf(""))).toMatchObject({
      trouble: "overloaded",
      waitMs: 1_000,
    });
    expect(azure.readRefusal(400, [], bytesOf(""))).toBeUndefined();
  });
});

describe("counting down", () => {
  it("shows limits and what remains, without resets", () => {
    const reading = (dimension: DimensionReading["dimension"], limit: number): DimensionReading => ({
      ...{ dimension, limit, used: 1, windowMs: 60_000, resetMs: 59_000 },
    });
    expect(headersOf(azure.limitHeaders([reading("rpm", 80), reading("tpm", 8_000)], CONTEXT))).toEqual({
      "x-ratelimit-limit-requests": "80",
      "x-ratelimit-limit-tokens": "8000",
      "x-ratelimit-remaining-requests": "79",
      "x-ratelimit-remaining-tokens": "7999",
    });
  });

  it("is refused for tokens until the minute is over, as the refusal says", async () => {
    const clock = createFakeClock();
    const call = azureCall({ max_tokens: 500 });
    const charge = azure.charge(call);
    const limiter = createLimiter({
      specs: [spec({ tpm: 600 }, { provider: "azure", model: "sample-deployment" })],
      clock,
    });
    const admit = () => limiter.admit({ provider: call.provider, model: call.model, keyHash: "k", charge });
    expect(admit().admitted).toBe(true);
    await clock.advance(17_300);
    const second = admit();
    if (second.admitted) throw new Error("the wall was not met");
    const reply = azure.refuse(
      { kind: "rate_limit", refusal: second.refusal, readings: second.readings, hints: undefined },
      call,
      CONTEXT,
    );
    expect(textOf(reply.body)).toContain("Please retry after 43 seconds.");
    const wait = azure.readRefusal(reply.status, reply.headers, reply.body)?.waitMs ?? Number.NaN;
    await clock.advance(wait - 1_000);
    expect(admit().admitted).toBe(false);
    await clock.advance(1_000);
    expect(admit().admitted).toBe(true);
  });
});

describe("answering", () => {
  const parsed = (frame: Uint8Array | undefined) => JSON.parse(textOf(frame ?? bytesOf("")).slice("data: ".length));

  it("begins a stream with the filter's chunk: no choice, no id, no meaning", () => {
    const { frames } = azure.write(plainReply(), azureCall({ stream: true }));
    expect(parsed(frames[0])).toMatchObject({ id: "", model: "", object: "", created: 0, choices: [] });
    expect(parsed(frames[0]).prompt_filter_results[0].content_filter_results.hate).toEqual({
      filtered: false,
      severity: "safe",
    });
    expect(azure.read(frameOf(textOf(frames[0] ?? bytesOf(""))))).toMatchObject({ text: "", tokens: 0 });
    expect(parsed(frames[1]).choices[0]).toMatchObject({ delta: { role: "assistant" }, content_filter_results: {} });
    expect(parsed(frames[2]).choices[0]).toMatchObject({
      delta: { content: "Hel" },
      content_filter_results: { violence: { severity: "safe" } },
    });
    expect(textOf(frames.at(-1) ?? bytesOf(""))).toBe("data: [DONE]\n\n");
  });

  it("adds the findings to a whole answer", () => {
    const { frames } = azure.write(plainReply(), azureCall());
    const reply = JSON.parse(textOf(frames[0] ?? bytesOf("")));
    expect(reply.prompt_filter_results).toHaveLength(1);
    expect(reply.choices[0].content_filter_results).toHaveProperty("self_harm");
    expect(reply.usage.total_tokens).toBe(6);
  });

  it.each([
    [
      "the asynchronous filter's, without a delta",
      { choices: [{ index: 0, finish_reason: null, content_filter_offsets: {} }] },
    ],
    ["an older name", { choices: [], prompt_annotations: [{ prompt_index: 0 }] }],
    ["an unknown one", { surprise: [1] }],
  ])("reads past a chunk: %s", (_, chunk) => {
    expect(azure.read(frameOf(`data: ${JSON.stringify(chunk)}\n\n`))).toMatchObject({ text: "", tokens: 0 });
  });
});

describe("breaking a Responses stream", () => {
  const responses = azureDialect("azure-openai-responses");
  const request = azureRequest({ model: "m", input: "x", stream: true }, { path: "/openai/v1/responses" });
  const call = responses.recognise(request);
  if (call === undefined) throw new Error("not recognised");
  const broken = (more: object = {}) =>
    textOf(responses.breakStream(limited({}, more), call, { ...CONTEXT, streamEvents: 4 }) ?? bytesOf(""));
  const events = (text: string) =>
    text.split("\n\n").flatMap(
      (event) =>
        /^data: (.*)$/m
          .exec(event)
          ?.slice(1)
          .map((data) => JSON.parse(data)) ?? [],
    );

  it("says nothing first, then the error", () => {
    const [failed, error, ...more] = events(broken());
    expect(failed).toMatchObject({ type: "response.failed", response: { status: "failed", error: null } });
    expect(error).toMatchObject({
      type: "error",
      error: { type: "too_many_requests", code: "rate_limit_exceeded", headers: { "x-ms-fe-error": "true" } },
    });
    expect([failed.sequence_number, error.sequence_number, more]).toEqual([4, 5, []]);
  });

  it("keeps to a shape that was asked for", () => {
    expect(events(broken({ shape: "flat" }))).toMatchObject([{ type: "error", code: "rate_limit_exceeded" }]);
    expect(events(broken({ shape: "failed" }))).toMatchObject([
      { response: { error: { code: "rate_limit_exceeded" } } },
    ]);
  });

  it("has no error for what shows before a stream begins", () => {
    expect(responses.breakStream({ kind: "bad_key" }, call, CONTEXT)).toBeUndefined();
  });
});
