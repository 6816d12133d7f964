import { describe, expect, it } from "vitest";
import type { RetryHint, Trouble } from "../../src/core/dialect.ts";
import { type LimitRefusal, type RefusalDimension, windowMs } from "../../src/core/limits.ts";
import { openAiChat } from "../../src/providers/openai-chat.ts";
import { goDuration } from "../../src/providers/shared/go-duration.ts";
import { CONTEXT, chatCall, headersOf, textOf } from "../support/openai.ts";

const LIMIT_TROUBLE = { kind: "rate_limit", readings: [], hints: undefined } as const;

/** A refusal of a continuously refilled bucket; the wait follows from the three numbers. */
function refusal(dimension: RefusalDimension, limit: number, used: number, requested: number): LimitRefusal {
  const window = windowMs(dimension);
  return { dimension, limit, used, requested, windowMs: window, waitMs: ((used + requested - limit) * window) / limit };
}

function refuse(trouble: Trouble) {
  const reply = openAiChat.refuse(trouble, chatCall(), CONTEXT);
  return { status: reply.status, headers: headersOf(reply.headers), body: textOf(reply.body), reply };
}

const limited = (given: LimitRefusal, more: Partial<Extract<Trouble, { kind: "rate_limit" }>> = {}) =>
  refuse({ ...LIMIT_TROUBLE, refusal: given, ...more });

describe("the text of waits agrees with captured messages", () => {
  // Numbers as printed in public issues: MetaGPT#523, micro-agent#86, codel#72, goai#88, continue#11472, openai-agents-js#1022.
  it.each([
    ["tpm", 10_000, 8_554, 3_082, "9.816s", "10"],
    ["tpm", 30_000, 29_937, 385, "644ms", "1"],
    ["tpm", 30_000, 14_567, 24_754, "18.642s", "19"],
    ["tpm", 30_000, 25_265, 8_020, "6.57s", "7"],
    ["tpm", 30_000, 18_928, 11_159, "174ms", "1"],
    ["rpm", 3, 3, 1, "20s", "20"],
    ["rpd", 50, 50, 1, "28m48s", "1728"],
    ["rpd", 2_000, 2_000, 1, "43.2s", "44"],
    ["rpd", 1_000, 1_000, 1, "1m26.4s", "87"],
  ] as const)("%s limit %d, used %d, requested %d: %s", (dimension, limit, used, requested, text, seconds) => {
    const { status, headers, body } = limited(refusal(dimension, limit, used, requested));
    expect(status).toBe(429);
    expect(body).toContain(`Limit ${limit}, Used ${used}, Requested ${requested}. Please try again in ${text}. Visit `);
    expect(headers["retry-after"]).toBe(seconds);
    expect(headers["retry-after-ms"]).toBeUndefined();
  });

  it.each([
    [0, "0s"],
    [0.2, "1ms"],
    [8, "8ms"],
    [8.000_000_01, "8ms"],
    [1_000, "1s"],
    [59_999.5, "1m0s"],
    [360_000, "6m0s"],
    [432_000, "7m12s"],
    [3_600_000, "1h0m0s"],
    [3_723_000, "1h2m3s"],
    [-5, "0s"],
  ])("%d ms is %s", (ms, text) => {
    expect(goDuration(ms)).toBe(text);
  });
});

describe("the 429 of a limit", () => {
  it.each([
    ["rpm", "requests", "on requests per min (RPM): "],
    ["tpm", "tokens", "on tokens per min (TPM): "],
    ["rpd", "requests", "on requests per day (RPD): "],
    ["tpd", "tokens", "on tokens per day (TPD): "],
    ["itpm", "tokens", "on tokens per min (TPM): "],
  ] as const)("names %s", (dimension, type, phrase) => {
    const { body, headers } = limited(refusal(dimension, 100, 100, 10));
    const { error } = JSON.parse(body);
    expect(error).toMatchObject({ type, param: null, code: "rate_limit_exceeded" });
    expect(error.message).toContain(`Rate limit reached for sample-model in organization org-test ${phrase}`);
    expect(headers[`x-ratelimit-limit-${type}`]).toBe("100");
    expect(headers[`x-ratelimit-remaining-${type}`]).toBe("0");
  });

  it.each([
    "images",
    "concurrency",
  ] as const)("does not pass %s off as requests or tokens in the headers", (dimension) => {
    const { body, headers } = limited(refusal(dimension, 5, 5, 1));
    expect(JSON.parse(body).error).toMatchObject({ type: "requests", code: "rate_limit_exceeded" });
    expect(Object.keys(headers).filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
    expect(headers["retry-after"]).toBe("12");
  });

  it("shows the time until full, which is not the time to wait (goai#88)", () => {
    const { headers } = limited(refusal("tpm", 30_000, 25_265, 8_020));
    expect(headers["x-ratelimit-remaining-tokens"]).toBe("4735");
    expect(headers["x-ratelimit-reset-tokens"]).toBe("50.53s");
  });

  it("shows the other family from what is counted", () => {
    const readings = [
      { dimension: "rpm", limit: 500, used: 1, windowMs: 60_000, resetMs: 120 },
      { dimension: "tpm", limit: 30_000, used: 1, windowMs: 60_000, resetMs: 2 },
    ] as const;
    const { headers } = limited(refusal("tpm", 30_000, 29_937, 385), { readings });
    expect(headers["x-ratelimit-remaining-requests"]).toBe("499");
    expect(headers["x-ratelimit-reset-requests"]).toBe("120ms");
    expect(headers["x-ratelimit-remaining-tokens"]).toBe("63");
  });

  it("says that one request is too large when waiting cannot help", () => {
    const { body, headers } = limited({ ...refusal("tpm", 30_000, 0, 37_313), waitMs: undefined });
    expect(body).toContain(
      "Request too large for sample-model in organization org-test on tokens per min (TPM): Limit 30000, Requested 37313. The input or output tokens must be reduced",
    );
    expect(body).not.toContain("try again");
    expect(headers["retry-after"]).toBeUndefined();
  });

  it("never displays a use under which the request would fit", () => {
    const { body } = limited({ ...refusal("rpm", 3, 2.2, 1) });
    expect(body).toContain("Limit 3, Used 3, Requested 1. Please try again in 4s.");
  });

  it.each([
    [["ms_header"], { "retry-after-ms": "1500", "retry-after": undefined }, false],
    [["header", "ms_header"], { "retry-after-ms": "1500", "retry-after": "2" }, false],
    [["date"], { "retry-after": "Mon, 05 Jan 2026 12:00:02 GMT", "retry-after-ms": undefined }, false],
    [["body"], { "retry-after": undefined, "retry-after-ms": undefined }, true],
    [[], { "retry-after": undefined, "retry-after-ms": undefined }, false],
  ] as [RetryHint[], Record<string, string | undefined>, boolean][])("hints %j", (hints, wanted, spoken) => {
    const { headers, body } = limited({ ...refusal("tpm", 30_000, 29_000, 1_750) }, { hints });
    for (const [name, value] of Object.entries(wanted)) expect(headers[name]).toBe(value);
    expect(body.includes("Please try again in 1.5s.")).toBe(spoken);
  });

  it("lies in the headers, not in the counters", () => {
    const { headers, body } = limited(refusal("tpm", 30_000, 29_000, 1_750), { announcedMs: 15_000 });
    expect(headers["retry-after"]).toBe("15");
    expect(body).toContain("try again in 1.5s");
    expect(limited(refusal("tpm", 30_000, 29_000, 1_750), { announcedMs: 15_000, hints: ["body"] }).body).toContain(
      "try again in 15s",
    );
  });
});

describe("other troubles", () => {
  it.each([
    [{ kind: "quota_exceeded", quota: undefined }, 429, "credit_balance_exhausted", "insufficient_quota"],
    [{ kind: "quota_exceeded", quota: "insufficient_quota" }, 429, "insufficient_quota", "insufficient_quota"],
    [{ kind: "overloaded", retryAfterMs: 1_200 }, 503, "server_is_overloaded", "service_unavailable_error"],
    [{ kind: "server_error", retryAfterMs: undefined }, 500, null, "server_error"],
    [{ kind: "bad_key" }, 401, "invalid_api_key", "invalid_request_error"],
    [{ kind: "unknown_model" }, 404, "model_not_found", "invalid_request_error"],
    [{ kind: "context_too_long" }, 400, "context_length_exceeded", "invalid_request_error"],
    [{ kind: "content_filter" }, 400, "invalid_prompt", "invalid_request_error"],
    [{ kind: "request_too_large" }, 413, "request_too_large", "invalid_request_error"],
    [{ kind: "budget", message: "spent" }, 403, "llm_chaos_budget", "llm_chaos"],
  ] as [Trouble, number, string | null, string][])("%j is %d %s", (trouble, status, code, type) => {
    const { body, headers, ...reply } = refuse(trouble);
    expect(reply.status).toBe(status);
    expect(JSON.parse(body).error).toMatchObject({ code, type });
    expect(headers["content-length"]).toBe(String(body.length));
    expect(headers["x-request-id"]).toBe("req_test");
    expect(headers["x-should-retry"]).toBe(trouble.kind === "budget" ? "false" : undefined);
  });

  it("asks for the wait where one was given", () => {
    expect(refuse({ kind: "overloaded", retryAfterMs: 1_200 }).headers["retry-after"]).toBe("2");
    expect(refuse({ kind: "overloaded", retryAfterMs: undefined }).headers["retry-after"]).toBeUndefined();
  });

  it.each([
    ["bad_gateway", 502],
    ["timeout", 504],
  ] as const)("%s is the gateway's page", (kind, status) => {
    const { headers, body, ...reply } = refuse({ kind, retryAfterMs: undefined });
    expect(reply.status).toBe(status);
    expect(headers["content-type"]).toBe("text/html");
    expect(body).toContain(`<h1>${status} `);
  });
});

describe("reading the provider's own refusal", () => {
  const read = openAiChat.readRefusal;
  it.each([
    [["header"], 10_000],
    [["ms_header", "header"], 9_816],
    [["body"], 9_816],
    [[], undefined],
  ] as [RetryHint[], number | undefined][])("finds its own wait in %j", (hints, waitMs) => {
    const { reply } = limited(refusal("tpm", 10_000, 8_554, 3_082), { hints });
    expect(read(reply.status, reply.headers, reply.body)).toEqual({ trouble: "rate_limit", dimension: "tpm", waitMs });
  });

  it("reads a date against the sender's clock", () => {
    const headers = ["Date", "Mon, 05 Jan 2026 12:00:00 GMT", "Retry-After", "Mon, 05 Jan 2026 12:00:02 GMT"];
    expect(read(429, headers, new Uint8Array())?.waitMs).toBe(2_000);
  });

  it("tells a spent quota and an overload from a wall", () => {
    const { reply } = refuse({ kind: "quota_exceeded", quota: undefined });
    expect(read(reply.status, reply.headers, reply.body)?.trouble).toBe("quota_exceeded");
    expect(read(503, ["Retry-After", "3"], new Uint8Array())).toEqual({
      trouble: "overloaded",
      dimension: undefined,
      waitMs: 3_000,
    });
    expect(read(500, [], new Uint8Array())).toBeUndefined();
  });

  it.each(["not json", "[]", '{"error":null}', '{"error":{"message":7}}'])("survives %s", (text) => {
    const refused = read(429, ["retry-after", "-1"], new TextEncoder().encode(text));
    expect(refused).toEqual({ trouble: "rate_limit", dimension: undefined, waitMs: undefined });
  });
});
