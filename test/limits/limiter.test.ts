import { describe, expect, it } from "vitest";
import type { Admission, LimitRefusal } from "../../src/core/limits.ts";
import { createLimiter, settlementOf } from "../../src/limits/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec, tokens } from "../support/limits.ts";

function refusalOf(answer: Admission): LimitRefusal {
  if (answer.admitted) throw new Error("was admitted");
  return answer.refusal;
}

function readingOf(answer: Admission, dimension: string) {
  return answer.readings.find((one) => one.dimension === dimension);
}

describe("arithmetic as in captured OpenAI messages and headers", () => {
  it.each([
    // limit, used, requested, announced
    [30_000, 18_928, 11_159, 174],
    [10_000, 8_554, 3_082, 9_816],
    [30_000, 25_265, 8_020, 6_570],
    [30_000, 14_567, 24_754, 18_642],
  ])("TPM: Limit %i, Used %i, Requested %i: %i ms", (limit, used, requested, waitMs) => {
    const limiter = createLimiter({ specs: [spec({ tpm: limit })], clock: createFakeClock() });
    limiter.admit(ask(tokens(used)));
    const refusal = refusalOf(limiter.admit(ask(tokens(requested))));
    expect(refusal).toMatchObject({ dimension: "tpm", limit, used, requested, windowMs: 60_000 });
    // 9.816 s is 9,815.99… s of exact arithmetic: to the millisecond, as printed.
    expect(Math.ceil((refusal.waitMs ?? 0) - 1e-6)).toBe(waitMs);
  });

  it("RPM: Limit 3, Used 3, Requested 1: 20 s, also when some of it is refilled already", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: [spec({ rpm: 3 })], clock });
    for (let i = 0; i < 3; i++) expect(limiter.admit(ask(tokens(1))).admitted).toBe(true);
    const refusal = refusalOf(limiter.admit(ask(tokens(1))));
    expect(refusal).toMatchObject({ dimension: "rpm", limit: 3, used: 3, requested: 1, waitMs: 20_000 });
    await clock.advance(12_000);
    expect(refusalOf(limiter.admit(ask(tokens(1))))).toMatchObject({ used: 3, waitMs: 20_000 });
    await clock.advance(8_000);
    expect(limiter.admit(ask(tokens(1))).admitted).toBe(true);
  });

  it.each([
    [50, 1_728_000],
    [2_000, 43_200],
    [1_000, 86_400],
  ])("RPD: Limit %i, all used: %i ms", (limit, waitMs) => {
    const limiter = createLimiter({ specs: [spec({ rpd: limit })], clock: createFakeClock() });
    for (let i = 0; i < limit; i++) limiter.admit(ask(tokens(1)));
    const refusal = refusalOf(limiter.admit(ask(tokens(1))));
    expect(refusal).toMatchObject({ dimension: "rpd", used: limit, requested: 1, windowMs: 86_400_000 });
    expect(refusal.waitMs).toBeCloseTo(waitMs, 6);
  });

  it("countdown headers: used after the own charge, and the time until full", () => {
    const limiter = createLimiter({ specs: [spec({ rpm: 500, tpm: 30_000 })], clock: createFakeClock() });
    const answer = limiter.admit(ask(tokens(4)));
    expect(readingOf(answer, "rpm")).toEqual({ dimension: "rpm", limit: 500, used: 1, windowMs: 60_000, resetMs: 120 });
    expect(readingOf(answer, "tpm")).toEqual({
      dimension: "tpm",
      limit: 30_000,
      used: 4,
      windowMs: 60_000,
      resetMs: 8,
    });
    const more = limiter.admit(ask(tokens(25_261)));
    expect(readingOf(more, "tpm")?.resetMs).toBeCloseTo(50_530, 6);
  });
});

describe("several dimensions", () => {
  it("names the one with the longest wait", () => {
    const limiter = createLimiter({ specs: [spec({ rpm: 60, tpm: 1_000, rpd: 60 })], clock: createFakeClock() });
    for (let i = 0; i < 60; i++) limiter.admit(ask(tokens(1)));
    expect(refusalOf(limiter.admit(ask(tokens(1_000))))).toMatchObject({ dimension: "rpd", waitMs: 1_440_000 });
  });

  it("has no wait for a call above the limit, which beats every wait", () => {
    const limiter = createLimiter({ specs: [spec({ rpm: 1, tpm: 1_000 })], clock: createFakeClock() });
    limiter.admit(ask(tokens(1)));
    const refusal = refusalOf(limiter.admit(ask(tokens(1_001))));
    expect(refusal).toMatchObject({ dimension: "tpm", requested: 1_001, waitMs: undefined });
  });

  it("refuses everything at a limit of 0 (a tier that does not have the model)", () => {
    const limiter = createLimiter({ specs: [spec({ rpm: 0, tpm: 0 })], clock: createFakeClock() });
    const answer = limiter.admit(ask(tokens(1)));
    expect(refusalOf(answer)).toMatchObject({ dimension: "rpm", limit: 0, used: 0, waitMs: undefined });
    expect(readingOf(answer, "rpm")).toMatchObject({ used: 0, resetMs: 0 });
  });

  it("counts input and output apart on itpm and otpm", () => {
    const limiter = createLimiter({ specs: [spec({ itpm: 100, otpm: 50 })], clock: createFakeClock() });
    limiter.admit(ask(tokens(60, 10)));
    expect(refusalOf(limiter.admit(ask(tokens(60, 10))))).toMatchObject({ dimension: "itpm", used: 60, requested: 60 });
    expect(refusalOf(limiter.admit(ask(tokens(1, 45))))).toMatchObject({ dimension: "otpm", used: 10, requested: 45 });
  });

  it("applies every matching row and shows the tighter one", () => {
    const specs = [spec({ tpm: 1_000 }), spec({ tpm: 100 }, { model: "small" })];
    const limiter = createLimiter({ specs, clock: createFakeClock() });
    expect(refusalOf(limiter.admit(ask(tokens(101), { model: "small" }))).limit).toBe(100);
    expect(readingOf(limiter.admit(ask(tokens(101))), "tpm")?.limit).toBe(1_000);
    expect(readingOf(limiter.admit(ask(tokens(1), { model: "small" })), "tpm")?.limit).toBe(100);
  });
});

describe("whose bucket", () => {
  const full = (per: "key+model" | "key" | "all", other: { keyHash?: string; model?: string; provider?: string }) => {
    const limiter = createLimiter({ specs: [spec({ rpm: 1 }, { per })], clock: createFakeClock() });
    limiter.admit(ask(tokens(1)));
    return !limiter.admit(ask(tokens(1), other)).admitted;
  };

  it("is shared as the row's `per` says", () => {
    expect(full("key+model", { keyHash: "k2" })).toBe(false);
    expect(full("key+model", { model: "m2" })).toBe(false);
    expect(full("key", { model: "m2" })).toBe(true);
    expect(full("key", { keyHash: "k2" })).toBe(false);
    expect(full("all", { keyHash: "k2", model: "m2" })).toBe(true);
    expect(full("all", { provider: "other" })).toBe(false);
  });

  it("knows models by their exact name", () => {
    const limiter = createLimiter({ specs: [spec({ rpm: 1 }, { model: "big" })], clock: createFakeClock() });
    expect(limiter.admit(ask(tokens(1), { model: "big" })).readings).toHaveLength(1);
    expect(limiter.admit(ask(tokens(1), { model: "big-2026-01-01" })).readings).toEqual([]);
    expect(limiter.admit(ask(tokens(1), { model: "bi" })).readings).toEqual([]);
  });

  it("counts a row of one provider for that provider only", () => {
    const limiter = createLimiter({ specs: [spec({ rpm: 1 }, { provider: "openai" })], clock: createFakeClock() });
    expect(limiter.admit(ask(tokens(1), { provider: "elsewhere" })).readings).toEqual([]);
  });
});

describe("settling", () => {
  const settled = (outcome: Parameters<Extract<Admission, { admitted: true }>["settle"]>[0], settle?: "reserve") => {
    const limits = { rpm: 10, tpm: 10_000, itpm: 10_000, otpm: 10_000 };
    const limiter = createLimiter({ specs: [spec(limits)], clock: createFakeClock(), ...(settle ? { settle } : {}) });
    const answer = limiter.admit(ask({ requests: 1, inputTokens: 100, outputTokens: 1_000, tokens: 1_000 }));
    if (answer.admitted) answer.settle(outcome);
    return Object.fromEntries(limiter.readings().map(({ dimension, used }) => [dimension, used]));
  };

  it("corrects tokens to the usage, and leaves requests alone", () => {
    const usage = { inputTokens: 120, outputTokens: 30, cachedTokens: 100 };
    expect(settled({ usage, seenOutputTokens: 30 })).toEqual({ rpm: 1, tpm: 150, itpm: 120, otpm: 30 });
    const dear = { inputTokens: 120, outputTokens: 3_000 };
    expect(settled({ usage: dear, seenOutputTokens: 0 })).toEqual({ rpm: 1, tpm: 3_120, itpm: 120, otpm: 3_000 });
  });

  it("keeps the larger of estimate and what was seen when there was no usage", () => {
    expect(settled({ usage: undefined, seenOutputTokens: 20 })).toEqual({ rpm: 1, tpm: 1_000, itpm: 100, otpm: 1_000 });
    expect(settled({ usage: undefined, seenOutputTokens: 2_000 })).toMatchObject({ tpm: 2_100, otpm: 2_000 });
  });

  it("can leave the reservation as it is", () => {
    const usage = { inputTokens: 120, outputTokens: 30 };
    expect(settled({ usage, seenOutputTokens: 30 }, "reserve")).toEqual({ rpm: 1, tpm: 1_000, itpm: 100, otpm: 1_000 });
    expect(settlementOf("openai")).toEqual({ settle: "usage", verified: false });
  });
});

describe("clock_scale", () => {
  it("refills a used-up day in a minute, and announces what will really happen", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: [spec({ rpd: 50, rpm: 1_000 })], clock, clockScale: 1_440 });
    for (let i = 0; i < 50; i++) limiter.admit(ask(tokens(1)));
    const refusal = refusalOf(limiter.admit(ask(tokens(1))));
    expect(refusal).toMatchObject({ dimension: "rpd", used: 50, waitMs: 1_200, windowMs: 60_000 });
    expect(limiter.readings().find((one) => one.dimension === "rpd")?.resetMs).toBeCloseTo(60_000, 6);
    await clock.advance(60_000);
    expect(limiter.readings().find((one) => one.dimension === "rpd")?.used).toBeCloseTo(0, 6);
    for (let i = 0; i < 50; i++) expect(limiter.admit(ask(tokens(1))).admitted).toBe(true);
  });

  it("can announce the unscaled provider's wait; the refill stays scaled", async () => {
    const clock = createFakeClock();
    const specs = [spec({ rpd: 50 })];
    const limiter = createLimiter({ specs, clock, clockScale: 1_440, announce: "virtual" });
    for (let i = 0; i < 50; i++) limiter.admit(ask(tokens(1)));
    const refusal = refusalOf(limiter.admit(ask(tokens(1))));
    expect(refusal).toMatchObject({ used: 50, waitMs: 1_728_000, windowMs: 86_400_000 });
    await clock.advance(1_200);
    expect(limiter.admit(ask(tokens(1))).admitted).toBe(true);
  });

  it("leaves minute buckets alone", () => {
    const limiter = createLimiter({ specs: [spec({ rpm: 1 })], clock: createFakeClock(), clockScale: 1_440 });
    limiter.admit(ask(tokens(1)));
    expect(refusalOf(limiter.admit(ask(tokens(1)))).waitMs).toBe(60_000);
  });
});

describe("readings, drain and panic", () => {
  it("reads the largest utilisation of each dimension over all buckets", () => {
    const limiter = createLimiter({ specs: [spec({ tpm: 1_000, rpm: 10 })], clock: createFakeClock() });
    expect(limiter.readings()).toMatchObject([
      { dimension: "rpm", used: 0, limit: 10 },
      { dimension: "tpm", used: 0, limit: 1_000 },
    ]);
    limiter.admit(ask(tokens(100), { model: "a" }));
    limiter.admit(ask(tokens(700), { model: "b" }));
    expect(limiter.readings()).toMatchObject([{ used: 1 }, { dimension: "tpm", used: 700 }]);
  });

  it("drains to about one call, also a bucket that nobody has used yet, and refills from there", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: [spec({ tpm: 6_000 })], clock });
    for (let i = 0; i < 3; i++) limiter.admit(ask(tokens(100)));
    limiter.drainToOneCall();
    expect(limiter.readings()[0]?.used).toBe(5_900);
    expect(limiter.admit(ask(tokens(100))).admitted).toBe(true);
    expect(refusalOf(limiter.admit(ask(tokens(100)))).waitMs).toBe(1_000);

    expect(limiter.admit(ask(tokens(200), { model: "fresh" })).admitted).toBe(true);
    expect(refusalOf(limiter.admit(ask(tokens(200), { model: "fresh" }))).waitMs).toBe(2_000);
    await clock.advance(60_000);
    expect(readingOf(limiter.admit(ask(tokens(1), { model: "later" })), "tpm")?.used).toBe(1);
  });

  it("never gives room back by draining", () => {
    const limiter = createLimiter({ specs: [spec({ tpm: 1_000 })], clock: createFakeClock() });
    limiter.admit(ask(tokens(200)));
    limiter.admit(ask(tokens(800)));
    limiter.drainToOneCall();
    expect(limiter.admit(ask(tokens(1))).admitted).toBe(false);
  });

  it("admits everything once disabled; calls that were admitted before still settle", () => {
    const limiter = createLimiter({ specs: [spec({ rpm: 1, tpm: 10 })], clock: createFakeClock() });
    const first = limiter.admit(ask(tokens(1)));
    limiter.disable();
    for (let i = 0; i < 10; i++)
      expect(limiter.admit(ask(tokens(1_000)))).toMatchObject({ admitted: true, readings: [] });
    if (first.admitted) first.settle({ usage: { inputTokens: 1, outputTokens: 1 }, seenOutputTokens: 1 });
    expect(limiter.readings()).toEqual([]);
  });
});
