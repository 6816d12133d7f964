import { describe, expect, it } from "vitest";
import type { Dialect, Trouble } from "../../src/core/dialect.ts";
import type { LimitRefusal } from "../../src/core/limits.ts";
import { dialects, dialectsFor } from "../../src/providers/index.ts";
import { troubles } from "../contract/samples.ts";
import { bytesOf, CONTEXT, chatRequest, frameOf, headersOf, plainReply, textOf } from "../support/openai.ts";

const CHAT = { model: "sample-model", messages: [{ role: "user", content: "Say hello." }], max_tokens: 500 };

function takes(list: readonly Dialect[], request = chatRequest(CHAT)) {
  return list.find((dialect) => dialect.concerns(request) && dialect.recognise(request))?.id;
}
const signed = (...headers: string[]) => ({ ...chatRequest(CHAT), headers });
const chatOf = (name: string) => {
  const dialect = dialectsFor(undefined, name).find(({ id }) => id === `${name}-chat`);
  const call = dialect?.recognise(chatRequest({ ...CHAT, stream: true }));
  if (dialect === undefined || call === undefined) throw new Error(`no chat of ${name}`);
  return { dialect, call };
};

describe("whose wall it is", () => {
  it.each([
    ["https://api.groq.com/openai/v1", undefined, "groq-chat"],
    ["https://api.mistral.ai", undefined, "mistral-chat"],
    ["https://openrouter.ai/api/v1", undefined, "openrouter-chat"],
    ["https://eu.openrouter.ai/api/v1", undefined, "openrouter-chat"],
    ["https://api.openai.com", undefined, "openai-chat"],
    ["https://notopenrouter.ai", undefined, "openai-chat"],
    ["http://127.0.0.1:8000", undefined, "openai-chat"],
    ["http://127.0.0.1:8000", "vllm", "vllm-chat"],
    ["http://127.0.0.1:8080", "llama.cpp", "llama.cpp-chat"],
    ["https://gateway.test", "Groq", "groq-chat"],
    ["https://gateway.test", "openai", "openai-chat"],
  ])("%s named %s: %s", (base, name, id) => {
    expect(takes(dialectsFor(new URL(base), name))).toBe(id);
  });

  it.each([
    [signed("User-Agent", "Groq/JS 1.6.0"), "groq-chat"],
    [signed("authorization", "Bearer gsk_x"), "groq-chat"],
    [signed("user-agent", "mistral-client-typescript/2.7.0"), "mistral-chat"],
    [signed("Authorization", "Bearer sk-or-v1-x"), "openrouter-chat"],
    [signed("Authorization", "Bearer sk-x", "User-Agent", "OpenAI/JS 7.57.0"), "openai-chat"],
    [signed(), "openai-chat"],
  ])("by the signs of a request where the upstream says nothing: %#", (request, id) => {
    expect(takes(dialects, request)).toBe(id);
    expect(takes(dialectsFor(new URL("http://127.0.0.1:1")), request)).toBe(id);
  });

  it("takes no sign against a well-known host", () => {
    const request = signed("User-Agent", "Groq/JS 1.6.0");
    expect(takes(dialectsFor(new URL("https://api.openai.com")), request)).toBe("openai-chat");
    expect(takes(dialectsFor(new URL("https://api.mistral.ai")), request)).toBe("mistral-chat");
  });

  it("leaves other formats where they were", () => {
    const groq = dialectsFor(new URL("https://api.groq.com"));
    expect(groq.map(({ id }) => id)).toEqual(expect.arrayContaining(["anthropic-messages"]));
    expect(takes(groq, chatRequest({ model: "m", input: "x" }, "/openai/v1/responses"))).toBe("groq-responses");
  });
});

const TPM: LimitRefusal = {
  dimension: "tpm",
  limit: 6_000,
  used: 5_034,
  requested: 1_443,
  waitMs: 4_770,
  windowMs: 60_000,
};
const limited = (refusal: LimitRefusal, more: Partial<Extract<Trouble, { kind: "rate_limit" }>> = {}): Trouble => ({
  kind: "rate_limit",
  refusal,
  readings: [],
  hints: undefined,
  ...more,
});
const refused = (name: string, trouble: Trouble) => {
  const { dialect, call } = chatOf(name);
  const { status, headers, body } = dialect.refuse(trouble, call, CONTEXT);
  return {
    status,
    headers: headersOf(headers),
    body: JSON.parse(textOf(body)),
    read: dialect.readRefusal(status, headers, body),
  };
};

describe("Groq", () => {
  it("words its limits as captured (elizaOS/eliza#4040, continuedev/continue#10920)", () => {
    const minute = refused("groq", limited(TPM));
    expect([minute.status, minute.headers["retry-after"]]).toEqual([429, "5"]);
    expect(minute.body.error).toEqual({
      message:
        "Rate limit reached for model `sample-model` in organization `org-test` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 4.77s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing",
      type: "tokens",
      code: "rate_limit_exceeded",
    });
    const day = {
      dimension: "tpd",
      limit: 100_000,
      used: 97_050,
      requested: 3_619,
      waitMs: 578_016,
      windowMs: 86_400_000,
    };
    expect(refused("groq", limited(day as LimitRefusal)).body.error.message).toContain(
      "on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try again in 9m38.016s.",
    );
  });

  it("answers 413 to one request above the limit (continuedev/continue#10218)", () => {
    const { status, headers, body, read } = refused("groq", limited({ ...TPM, requested: 14_137, waitMs: undefined }));
    expect([status, headers["retry-after"], body.error.code]).toEqual([413, undefined, "rate_limit_exceeded"]);
    expect(body.error.message).toContain("Limit 6000, Requested 14137, please reduce your message size and try again.");
    expect(read).toEqual({ trouble: "rate_limit", dimension: "tpm", waitMs: undefined });
  });

  it("counts requests by the day and tokens by the minute in its headers", () => {
    const readings = [
      { dimension: "rpm", limit: 30, used: 1, windowMs: 60_000, resetMs: 2_000 },
      { dimension: "tpm", limit: 18_000, used: 3, windowMs: 60_000, resetMs: 7_660 },
      { dimension: "rpd", limit: 14_400, used: 30, windowMs: 86_400_000, resetMs: 179_560 },
    ] as const;
    expect(headersOf(chatOf("groq").dialect.limitHeaders(readings, CONTEXT))).toEqual({
      "x-ratelimit-limit-requests": "14400",
      "x-ratelimit-limit-tokens": "18000",
      "x-ratelimit-remaining-requests": "14370",
      "x-ratelimit-remaining-tokens": "17997",
      "x-ratelimit-reset-requests": "2m59.56s",
      "x-ratelimit-reset-tokens": "7.66s",
    });
    // A minute's requests have no headers; those of the other dimensions stay.
    const rpm = { ...TPM, dimension: "rpm", limit: 30, used: 30, requested: 1, waitMs: 2_000 } as const;
    expect(refused("groq", limited(rpm, { readings })).headers["x-ratelimit-remaining-requests"]).toBe("14370");
    expect(refused("groq", limited(rpm, { readings })).body.error.type).toBe("requests");
  });

  it("charges prompt and maximum output together", () => {
    const { dialect, call } = chatOf("groq");
    expect(dialect.charge(call).tokens).toBe(call.inputTokens + 500);
  });

  it("tells the usage of a stream in its own place, asked or not", () => {
    const { dialect, call } = chatOf("groq");
    const frames = dialect.write(plainReply(), call).frames.map(textOf);
    expect(frames.filter((text) => text.includes('"x_groq":{"id"'))).toHaveLength(2);
    expect(frames.map((text) => dialect.read(frameOf(text)).usage).filter(Boolean)).toEqual([
      { inputTokens: 3, outputTokens: 3, cachedTokens: 0 },
    ]);
  });
});

describe("Mistral", () => {
  it("has no envelope, headers by the minute, and no wait in the text (raycast/extensions#31107)", () => {
    const { status, headers, body, read } = refused("mistral", limited(TPM));
    expect(body).toEqual({
      object: "error",
      message: "Rate limit exceeded",
      type: "rate_limited",
      param: null,
      code: "1300",
      raw_status_code: 429,
    });
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      "retry-after": "5",
      "x-ratelimit-limit-tokens-minute": "6000",
      "x-ratelimit-remaining-tokens-minute": "966",
      "x-ratelimit-tokens-query-cost": "1443",
    });
    expect(read).toMatchObject({ trouble: "rate_limit", waitMs: 5_000 });
  });

  it("is full with a 429, and refuses a key in other words", () => {
    const full = refused("mistral", { kind: "overloaded", retryAfterMs: undefined });
    expect([full.status, full.body.code, full.read?.trouble]).toEqual([429, "3505", "overloaded"]);
    expect(refused("mistral", { kind: "bad_key" })).toMatchObject({ status: 401, body: { detail: "Unauthorized" } });
  });

  it("streams the usage beside the finish, and reads its thoughts", () => {
    const { dialect, call } = chatOf("mistral");
    const meanings = dialect.write(plainReply(), call).frames.map((bytes) => dialect.read(frameOf(textOf(bytes))));
    expect(meanings.filter(({ usage }) => usage)).toEqual([expect.objectContaining({ finish: "stop" })]);
    const thought = {
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
        { type: "text", text: "Hi" },
      ],
    };
    expect(dialect.read(frameOf(`data: ${JSON.stringify({ choices: [{ delta: thought }] })}\n\n`))).toMatchObject({
      text: "Hi",
      reasoning: "hm",
    });
  });

  it("reads an error without an envelope", () => {
    const { dialect, call } = chatOf("mistral");
    const broken = dialect.breakStream({ kind: "server_error", retryAfterMs: undefined }, call, CONTEXT);
    const [error] = textOf(broken ?? bytesOf("")).split("\n\n");
    expect(dialect.read(frameOf(`${error}\n\n`)).error).toMatchObject({ code: "1000" });
  });
});

describe("OpenRouter", () => {
  const day: LimitRefusal = {
    dimension: "rpd",
    limit: 50,
    used: 50,
    requested: 1,
    waitMs: 3_600_000,
    windowMs: 86_400_000,
  };

  it("tells the time of the reset, in the headers and in the error (Gitlawb/openclaude#936)", () => {
    const { status, headers, body, read } = refused("openrouter", limited(day));
    const reset = String(CONTEXT.wallMs + 3_600_000);
    expect(status).toBe(429);
    expect(body.error).toEqual({
      message: "Rate limit exceeded: free-models-per-day. ",
      code: 429,
      metadata: {
        headers: { "X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset },
      },
    });
    expect(headers).toMatchObject({ "x-ratelimit-reset": reset, "retry-after": "3600" });
    expect(read).toEqual({ trouble: "rate_limit", dimension: "rpd", waitMs: 3_600_000 });
    const onlyReset = refused("openrouter", limited(day, { hints: ["body"] })).read?.waitMs ?? 0;
    // The date beside it has a grain of a second.
    expect(Math.abs(onlyReset - 3_600_000)).toBeLessThanOrEqual(1_000);
  });

  it("wants money with a 402", () => {
    const { status, body, read } = refused("openrouter", { kind: "quota_exceeded", quota: undefined });
    expect([status, body.error.code, read?.trouble]).toEqual([402, 402, "quota_exceeded"]);
  });

  it("keeps a stream alive in its own words, and breaks it with an error beside an empty choice", () => {
    const { dialect, call } = chatOf("openrouter");
    expect(textOf(dialect.keepAlive ?? bytesOf(""))).toBe(": OPENROUTER PROCESSING\n\n");
    expect(dialect.read(frameOf(": OPENROUTER PROCESSING\n\n")).keepAlive).toBe(true);
    const broken = dialect.breakStream({ kind: "server_error", retryAfterMs: undefined }, call, CONTEXT);
    const [error] = textOf(broken ?? bytesOf("")).split("\n\n");
    expect(JSON.parse(error?.slice(6) ?? "")).toMatchObject({
      error: { code: 500 },
      choices: [{ delta: { content: "" }, finish_reason: "error" }],
    });
  });

  it("reads an error under a 200 (BerriAI/litellm#8448)", () => {
    const body = { error: { message: "Provider returned error", code: 429, metadata: { provider_name: "X" } } };
    expect(chatOf("openrouter").dialect.readWhole(bytesOf(JSON.stringify(body))).error).toMatchObject({ code: "429" });
  });
});

describe.each(["vllm", "llama.cpp"])("%s", (name) => {
  const { dialect, call } = chatOf(name);

  it.each(troubles.map((trouble) => [trouble.kind, trouble] as const))("answers %s plainly", (kind, trouble) => {
    const { status, headers, body } = dialect.refuse(trouble, call, CONTEXT);
    const { error } = JSON.parse(textOf(body));
    expect(status).toBeGreaterThanOrEqual(400);
    if (kind !== "budget" && kind !== "replay_miss") expect(error.code).toBe(status);
    expect(`${textOf(body)}${headers}`).not.toMatch(/undefined|NaN|\[object|[{]\w+[}]/);
    expect(Object.keys(headersOf(headers)).some((header) => header.startsWith("x-ratelimit"))).toBe(false);
  });

  it("shows no countdown on a success", () => {
    const reading = { dimension: "rpm", limit: 3, used: 1, windowMs: 60_000, resetMs: 20_000 } as const;
    expect(dialect.limitHeaders([reading], CONTEXT)).toEqual([]);
  });
});

it("reads the older vLLM's error without an envelope (vllm-project/vllm#4667)", () => {
  const body = {
    object: "error",
    message: "max_tokens must be at least 1",
    type: "BadRequestError",
    param: null,
    code: 400,
  };
  expect(chatOf("vllm").dialect.read(frameOf(`data: ${JSON.stringify(body)}\n\n`)).error).toMatchObject({
    code: "400",
  });
});

it("fills in every placeholder of every provider", () => {
  for (const dialect of [...dialects, ...dialectsFor(undefined, "vllm"), ...dialectsFor(undefined, "llama.cpp")]) {
    if (!dialect.id.endsWith("-chat")) continue;
    for (const trouble of troubles) {
      const text = textOf(dialect.refuse(trouble, chatOf("groq").call, CONTEXT).body);
      expect(text, dialect.id).not.toMatch(
        /\{(model|organization|phrase|limit|used|requested|again|wait|context_length)\}/,
      );
    }
  }
});
