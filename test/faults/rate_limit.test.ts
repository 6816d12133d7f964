import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RefusalDimension, windowMs } from "../../src/core/limits.ts";
import { rateLimit } from "../../src/faults/rate_limit.ts";
import { chatCall, headersOf, textOf } from "../support/openai.ts";
import { type faultContext, plan } from "../support/playbook.ts";

function refused(params: Record<string, unknown>, changes: Parameters<typeof faultContext>[0] = {}) {
  const [injection, ...more] = plan(rateLimit, params, changes);
  if (injection?.do !== "answer" || injection.refusal === undefined || more.length > 0) throw new Error("no refusal");
  const { reply, refusal } = injection;
  return { refusal, headers: headersOf(reply.headers), text: JSON.parse(textOf(reply.body)).error.message as string };
}

/** The three numbers and the wait as a client would read them from the text. */
function spoken(text: string) {
  const found = /Limit (\d+), Used (\d+), Requested (\d+)/.exec(text);
  const [limit, used, requested] = [1, 2, 3].map((group) => Number(found?.[group]));
  return { limit: limit ?? 0, used: used ?? 0, requested: requested ?? 0 };
}

describe("rate_limit", () => {
  it("announces the wanted wait with counters that give it", () => {
    const call = chatCall({ max_tokens: 1_000 });
    const { refusal, headers, text } = refused({ dimension: "tpm", retry_after: "5s" }, { call });
    expect(text).toContain("Limit 30000, Used 31500, Requested 1000. Please try again in 5s.");
    expect(headers["retry-after"]).toBe("5");
    expect(refusal).toMatchObject({
      dimension: "tpm",
      limit: 30_000,
      used: 31_500,
      requested: 1_000,
      announcedMs: 5_000,
    });
  });

  it("asks for what a full bucket needs when no wait is given", () => {
    const { text, headers, refusal } = refused({ dimension: "rpm" }, { limitOf: () => 500 });
    expect(text).toContain("Limit 500, Used 500, Requested 1. Please try again in 120ms.");
    expect(headers["retry-after"]).toBe("1");
    // The header is what a client obeys, and it rounds up.
    expect(refusal).toMatchObject({ waitMs: 120, announcedMs: 1_000 });
  });

  it("keeps the provider's formula for every wait, dimension and limit", () => {
    const dimension = fc.constantFrom<RefusalDimension[]>("rpm", "tpm", "rpd", "tpd", "otpm", "images");
    const cases = fc.record({
      dimension,
      waitMs: fc.integer({ min: 1, max: 90_000_000 }),
      limit: fc.integer({ min: 1, max: 5_000_000 }),
      maxTokens: fc.integer({ min: 1, max: 200_000 }),
    });
    fc.assert(
      fc.property(cases, ({ dimension, waitMs, limit, maxTokens }) => {
        const call = chatCall({ max_tokens: maxTokens });
        const shown = refused({ dimension, retry_after: `${waitMs}ms` }, { call, limitOf: () => limit });
        const { used, requested, ...told } = spoken(shown.text);
        const seconds = Number(shown.headers["retry-after"]);
        expect(told.limit).toBe(limit);
        expect(seconds).toBe(Math.max(1, Math.ceil(waitMs / 1_000)));
        expect(shown.refusal.announcedMs).toBe(seconds * 1_000);
        // Less than one unit of use apart, because a use is a whole number.
        const unitMs = windowMs(dimension) / limit;
        const formula = (used + requested - limit) * unitMs;
        if (used > 0) expect(formula).toBeGreaterThanOrEqual(waitMs - 1);
        if (used > 0) expect(formula - waitMs).toBeLessThan(unitMs + 1);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [["header"], 2_000],
    [["ms_header"], 1_500],
    [["ms_header", "header", "body"], 1_500],
    // The wall clock stands at .4 s, and a date has a grain of a second.
    [["date"], 1_600],
    [["body"], 1_500],
    [[], undefined],
  ])("announces by %j what an obedient client reads", (hints, announcedMs) => {
    expect(refused({ retry_after: "1500ms", hints }).refusal.announcedMs).toBe(announcedMs);
  });

  it("lies in the hint while the counters stay", () => {
    const { refusal, headers, text } = refused({ retry_after: "5s", lie: "10x" });
    expect(headers["retry-after"]).toBe("50");
    expect(text).toContain("Please try again in 5s.");
    expect(refusal).toMatchObject({ waitMs: 5_000, announcedMs: 50_000 });
    const { used, requested, limit } = spoken(text);
    expect((used + requested - limit) / (limit / 60)).toBeCloseTo(5, 2);
  });

  it("draws the wait from the seeded stream", () => {
    const params = { retry_after: { uniform: ["1s", "60s"] } };
    expect(refused(params).refusal).toEqual(refused(params).refusal);
  });

  it("refuses what cannot be said", () => {
    const accepts = (params: unknown) => rateLimit.params.safeParse(params).success;
    expect(accepts({ hints: ["header", "date"] })).toBe(false);
    expect(accepts({ dimension: "tpx" })).toBe(false);
    expect(accepts({ retry_after: 5 })).toBe(false);
    expect(accepts({})).toBe(true);
  });

  it("explains itself", () => {
    const explained = (params: unknown) => rateLimit.explain(rateLimit.params.parse(params));
    expect(explained({ dimension: "tpm", retry_after: "5s" })).toBe("a 429 for tokens per minute that asks for 5 s");
    expect(explained({ dimension: "rpd", hints: [] })).toContain("says so nowhere");
    expect(explained({ retry_after: "5s", lie: "10x" })).toContain("where the retry hint claims 10 times that");
  });
});
