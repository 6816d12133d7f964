import { describe, expect, it } from "vitest";
import type { RetryHint, Trouble } from "../../src/core/dialect.ts";
import type { LimitRefusal } from "../../src/core/limits.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { ARRAY, geminiCall, MODEL, SSE, VERTEX, WHOLE } from "../support/gemini.ts";
import { bytesOf, CONTEXT, headersOf, textOf } from "../support/openai.ts";

const REFUSAL: LimitRefusal = {
  dimension: "tpm",
  limit: 1_000_000,
  used: 990_000,
  requested: 20_000,
  waitMs: 45_812,
  windowMs: 60_000,
};

function limited(changes: Partial<LimitRefusal> = {}, hints?: readonly RetryHint[], announcedMs?: number): Trouble {
  const lie = announcedMs === undefined ? {} : { announcedMs };
  return { kind: "rate_limit", refusal: { ...REFUSAL, ...changes }, readings: [], hints, ...lie };
}

function refused(trouble: Trouble, path = SSE) {
  const reply = gemini.refuse(trouble, geminiCall(path), CONTEXT);
  const body = JSON.parse(textOf(reply.body));
  return { reply, body, error: (Array.isArray(body) ? body[0] : body).error, headers: headersOf(reply.headers) };
}

const read = (trouble: Trouble, path = SSE) => {
  const { reply } = refused(trouble, path);
  return gemini.readRefusal(reply.status, reply.headers, reply.body);
};

describe("a rate limit", () => {
  it("has the captured form", () => {
    const { reply, error, headers } = refused(limited());
    expect(reply.status).toBe(429);
    expect(headers["content-type"]).toBe("application/json; charset=UTF-8");
    expect(headers).not.toHaveProperty("retry-after");
    expect(Object.keys(headers).filter((name) => name.includes("ratelimit"))).toEqual([]);
    const metric = "generativelanguage.googleapis.com/generate_content_paid_tier_input_token_count";
    expect(error).toEqual({
      code: 429,
      message: `You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: https://ai.dev/rate-limit. \n* Quota exceeded for metric: ${metric}, limit: 1000000, model: ${MODEL}\nPlease retry in 45.812s.`,
      status: "RESOURCE_EXHAUSTED",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.Help",
          links: [
            {
              description: "Learn more about Gemini API quotas",
              url: "https://ai.google.dev/gemini-api/docs/rate-limits",
            },
          ],
        },
        {
          "@type": "type.googleapis.com/google.rpc.QuotaFailure",
          violations: [
            {
              quotaMetric: metric,
              quotaId: "GenerateContentPaidTierInputTokensPerModelPerMinute",
              quotaDimensions: { location: "global", model: MODEL },
              quotaValue: "1000000",
            },
          ],
        },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "45.812s" },
      ],
    });
  });

  it.each([
    ["rpm", "free", "generate_content_free_tier_requests", "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"],
    ["rpd", "free", "generate_content_free_tier_requests", "GenerateRequestsPerDayPerProjectPerModel-FreeTier"],
    [
      "tpm",
      "free",
      "generate_content_free_tier_input_token_count",
      "GenerateContentInputTokensPerModelPerMinute-FreeTier",
    ],
    ["rpm", "tier-1", "generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel"],
    ["rpd", undefined, "generate_requests_per_model_per_day", "GenerateRequestsPerDayPerProjectPerModel"],
    [
      "tpm",
      "tier-2",
      "generate_content_paid_tier_2_input_token_count",
      "GenerateContentPaidTierInputTokensPerModelPerMinute-PaidTier2",
    ],
    [
      "tpm",
      "tier-3",
      "generate_content_paid_tier_3_input_token_count",
      "GenerateContentPaidTierInputTokensPerModelPerMinute-PaidTier3",
    ],
  ] as const)("of %s in the tier %s names its quota", (dimension, tier, metric, id) => {
    const trouble = limited({ dimension, ...(tier !== undefined && { tier }) });
    const { error } = refused(trouble);
    const [violation] = error.details[1].violations;
    expect(violation).toMatchObject({ quotaMetric: `generativelanguage.googleapis.com/${metric}`, quotaId: id });
    expect(error.message).toContain(`/${metric}, limit: 1000000, model: ${MODEL}`);
    expect(read(trouble)).toEqual({ trouble: "rate_limit", dimension, waitMs: 45_812 });
  });

  it("says every wait the same in text and RetryInfo", () => {
    for (const [waitMs, text, delay] of [
      [174, "174ms", "0.174s"],
      [59_953.42, "59.954s", "59.954s"],
      [360_000, "6m0s", "360s"],
      [12 * 3_600_000 + 1_500, "12h0m1.5s", "43201.5s"],
    ] as const) {
      const { error } = refused(limited({ waitMs }));
      expect(error.message).toContain(`\nPlease retry in ${text}.`);
      expect(error.details.at(-1).retryDelay).toBe(delay);
      expect(read(limited({ waitMs }))?.waitMs).toBe(Math.ceil(waitMs));
    }
  });

  it("puts the wait where it is asked to", () => {
    expect(refused(limited({}, ["header"])).headers["retry-after"]).toBe("46");
    expect(textOf(refused(limited({}, ["header"])).reply.body)).not.toMatch(/retryDelay|retry in/);
    const nowhere = refused(limited({}, []));
    expect(textOf(nowhere.reply.body)).not.toMatch(/retryDelay|retry in/);
    expect(nowhere.headers).not.toHaveProperty("retry-after");
    const lie = refused(limited({}, undefined, 458_120));
    expect(lie.error.message).toContain("retry in 7m38.12s.");
    expect(lie.error.details.at(-1).retryDelay).toBe("458.12s");
  });

  it("gives no hope to one request above the limit", () => {
    const { error } = refused(limited({ waitMs: undefined, requested: 2_000_000 }));
    expect(JSON.stringify(error)).not.toMatch(/retryDelay|retry in/);
  });

  it("stands in an array where the stream is one", () => {
    const { body, error } = refused(limited(), ARRAY);
    expect(body).toHaveLength(1);
    expect(error.status).toBe("RESOURCE_EXHAUSTED");
    expect(read(limited({ dimension: "rpd" }), ARRAY)).toEqual({
      trouble: "rate_limit",
      dimension: "rpd",
      waitMs: 45_812,
    });
  });

  it("on Vertex says neither which quota nor how long", () => {
    const { error } = refused(limited(), VERTEX);
    expect(error).toEqual({
      code: 429,
      message:
        "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.",
      status: "RESOURCE_EXHAUSTED",
    });
    expect(read(limited(), VERTEX)).toEqual({ trouble: "rate_limit", dimension: undefined, waitMs: undefined });
    expect(read(limited({}, ["body"]), VERTEX)?.waitMs).toBe(45_812);
  });
});

describe("other troubles", () => {
  it.each([
    [{ kind: "overloaded", retryAfterMs: undefined }, 503, "UNAVAILABLE"],
    [{ kind: "server_error", retryAfterMs: undefined }, 500, "INTERNAL"],
    [{ kind: "timeout", retryAfterMs: undefined }, 504, "DEADLINE_EXCEEDED"],
    [{ kind: "bad_key" }, 400, "INVALID_ARGUMENT"],
    [{ kind: "unknown_model" }, 404, "NOT_FOUND"],
    [{ kind: "context_too_long" }, 400, "INVALID_ARGUMENT"],
    [{ kind: "request_too_large" }, 400, "INVALID_ARGUMENT"],
    [{ kind: "quota_exceeded", quota: undefined }, 429, "RESOURCE_EXHAUSTED"],
    [{ kind: "budget", message: "spent" }, 403, "PERMISSION_DENIED"],
  ] as [Trouble, number, string][])("%j is %i %s", (trouble, code, status) => {
    const { reply, error, headers } = refused(trouble);
    expect([reply.status, error.code, error.status]).toEqual([code, code, status]);
    expect(headers).not.toHaveProperty("retry-after");
  });

  it("a bad key is an invalid argument with its reason, on Vertex a bad token", () => {
    expect(refused({ kind: "bad_key" }).error.details[0]).toMatchObject({ reason: "API_KEY_INVALID" });
    expect(refused({ kind: "bad_key" }, VERTEX).error).toMatchObject({ code: 401, status: "UNAUTHENTICATED" });
  });

  it("an unknown model is told with the version that was asked", () => {
    const text = (path: string) => refused({ kind: "unknown_model" }, path).error.message;
    expect(text(SSE)).toContain(`models/${MODEL} is not found for API version v1beta,`);
    expect(text(`/v1/models/${MODEL}:generateContent`)).toContain("API version v1,");
  });

  it.each([
    [WHOLE, "application/json; charset=UTF-8"],
    [ARRAY, "application/json; charset=UTF-8"],
    [SSE, "text/event-stream"],
  ])("a blocked prompt is a 200 without candidates: %s", (path, contentType) => {
    const reply = gemini.refuse({ kind: "content_filter" }, geminiCall(path), CONTEXT);
    expect(reply.status).toBe(200);
    expect(headersOf(reply.headers)["content-type"]).toBe(contentType);
    const text = textOf(reply.body).replace(/^data: /, "");
    const body = [JSON.parse(text)].flat();
    expect(body[0]).toMatchObject({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } });
    expect(body[0]).not.toHaveProperty("candidates");
    expect(gemini.readWhole(bytesOf(text)).finish).toBe("PROHIBITED_CONTENT");
  });

  it("a gateway's page is HTML", () => {
    const reply = gemini.refuse({ kind: "bad_gateway", retryAfterMs: 2_000 }, geminiCall(), CONTEXT);
    expect(reply.status).toBe(502);
    expect(headersOf(reply.headers)).toMatchObject({ "retry-after": "2", "content-type": "text/html; charset=UTF-8" });
  });

  it("a quota that no wait cures is read as such, also with a wait", () => {
    expect(read({ kind: "quota_exceeded", quota: undefined })).toMatchObject({ trouble: "quota_exceeded" });
    // CONTEXT is 0.4 s into its minute.
    const free = { kind: "quota_exceeded", quota: "free_tier" } as const;
    expect(refused(free).error.message).toContain("limit: 0, model: sample-model\nPlease retry in 59.6s.");
    expect(read(free)).toEqual({ trouble: "quota_exceeded", dimension: undefined, waitMs: 59_600 });
  });
});

describe("reading the provider's own refusal", () => {
  const own = (error: object, status = 429) => gemini.readRefusal(status, [], bytesOf(JSON.stringify({ error })));

  it("takes the longest window of several", () => {
    const ids = [
      "GenerateContentInputTokensPerModelPerMinute-FreeTier",
      "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
      "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
    ];
    const details = [{ violations: ids.map((quotaId) => ({ quotaId })) }, { retryDelay: "26s" }];
    expect(own({ code: 429, message: "You exceeded your current quota", details })).toEqual({
      trouble: "rate_limit",
      dimension: "rpd",
      waitMs: 26_000,
    });
  });

  it("takes the wait from the text where there are no details", () => {
    expect(own({ message: "Quota exceeded, limit: 20, model: m\nPlease retry in 51.606482386s." })?.waitMs).toBeCloseTo(
      51_606.482,
      2,
    );
    expect(own({ message: "Resource has been exhausted (e.g. check quota)." })).toEqual({
      trouble: "rate_limit",
      dimension: undefined,
      waitMs: undefined,
    });
  });

  it("does not stumble over oddities", () => {
    for (const body of [
      "",
      "[]",
      "<html>",
      '{"error":7}',
      '{"error":{"details":[{"violations":[7,{"quotaId":1}]}]}}',
      "x".repeat(99_999),
    ]) {
      expect(gemini.readRefusal(429, [], bytesOf(body))).toMatchObject({ trouble: "rate_limit", waitMs: undefined });
    }
    expect(gemini.readRefusal(404, [], bytesOf("{}"))).toBeUndefined();
    expect(own({ message: "overloaded" }, 503)).toMatchObject({ trouble: "overloaded" });
  });
});
