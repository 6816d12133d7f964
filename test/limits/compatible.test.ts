import { describe, expect, it } from "vitest";
import { createLimiter, tierSpecs } from "../../src/limits/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec, tokens } from "../support/limits.ts";

/** How the providers that speak OpenAI's formats count, where they do not count like OpenAI. */

describe("Groq", () => {
  it("refunds cached input, which OpenAI does not", () => {
    for (const [provider, used] of [
      ["groq", 30],
      ["openai", 100],
    ] as const) {
      const limiter = createLimiter({ specs: [spec({ tpm: 1_000 })], clock: createFakeClock() });
      const admission = limiter.admit(ask(tokens(100), { provider }));
      if (!admission.admitted) throw new Error("refused");
      admission.settle({ usage: { inputTokens: 90, outputTokens: 10, cachedTokens: 70 }, seenOutputTokens: 10 });
      expect([provider, limiter.readings()[0]?.used]).toEqual([provider, used]);
    }
  });
});

describe("Mistral", () => {
  it("judges requests by the second: the second one in a second is refused, and served as announced", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: tierSpecs("mistral/free") ?? [], clock });
    const call = () => limiter.admit(ask(tokens(10), { provider: "mistral" }));
    expect(call().admitted).toBe(true);
    const second = call();
    if (second.admitted) throw new Error("admitted");
    expect(second.refusal).toMatchObject({ dimension: "rpm", limit: 60, waitMs: 1_000 });
    await clock.advance(999);
    expect(call().admitted).toBe(false);
    await clock.advance(1);
    expect(call().admitted).toBe(true);
  });
});

describe("OpenRouter", () => {
  it("counts all models without a price together, and no others", () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: tierSpecs("openrouter/free") ?? [], clock });
    const call = (model: string) => limiter.admit(ask(tokens(10), { provider: "openrouter", model }));
    for (let i = 0; i < 20; i++) expect(call(`some/model-${i}:free`).admitted).toBe(true);
    const refused = call("another/model:free");
    if (refused.admitted) throw new Error("admitted");
    expect(refused.refusal).toMatchObject({ dimension: "rpm", limit: 20, used: 20 });
    expect(call("some/model-1").admitted).toBe(true);
  });

  it("begins its day at midnight UTC", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: [spec({ rpd: 1 }, { provider: "openrouter" })], clock });
    const call = () => limiter.admit(ask(tokens(10), { provider: "openrouter" }));
    expect(call().admitted).toBe(true);
    const refused = call();
    if (refused.admitted) throw new Error("admitted");
    const untilMs = clock.wallMs() + (refused.refusal.waitMs ?? Number.NaN);
    expect(untilMs % 86_400_000).toBe(0);
    await clock.advance(refused.refusal.waitMs ?? 0);
    expect(call().admitted).toBe(true);
  });
});
