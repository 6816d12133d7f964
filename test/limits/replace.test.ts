import { expect, it } from "vitest";
import { createLimiter } from "../../src/limits/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec, tokens } from "../support/limits.ts";

function limiterWith(...specs: Parameters<typeof createLimiter>[0]["specs"]) {
  const clock = createFakeClock();
  return { clock, limiter: createLimiter({ specs, clock }) };
}

it("a row that changed goes on with what was used, and refills at its new rate", async () => {
  const { clock, limiter } = limiterWith(spec({ tpm: 600 }));
  limiter.admit(ask(tokens(500)));
  limiter.replace({ specs: [spec({ tpm: 1_200 })] });
  expect(limiter.admit(ask(tokens(800)))).toMatchObject({
    admitted: false,
    refusal: { limit: 1_200, used: 500, requested: 800, waitMs: 5_000 },
  });
  await clock.advance(5_000);
  expect(limiter.admit(ask(tokens(800))).admitted).toBe(true);
});

it("a row that stays equal keeps its running reservations", () => {
  const { limiter } = limiterWith(spec({ tpm: 600 }));
  const admission = limiter.admit(ask(tokens(500)));
  limiter.replace({ specs: [spec({ tpm: 600 }), spec({ rpm: 100 })] });
  if (admission.admitted) admission.settle({ usage: { inputTokens: 10, outputTokens: 0 }, seenOutputTokens: 0 });
  expect(limiter.readings()).toMatchObject([
    { dimension: "rpm", used: 0 },
    { dimension: "tpm", used: 10 },
  ]);
});

it("keeps callers and models apart, and counts a new dimension from nothing", () => {
  const { limiter } = limiterWith(spec({ rpm: 2 }));
  limiter.admit(ask(tokens(1), { keyHash: "a" }));
  limiter.admit(ask(tokens(1), { keyHash: "a" }));
  limiter.replace({ specs: [spec({ rpm: 2, tpm: 5 })] });
  expect(limiter.admit(ask(tokens(1), { keyHash: "a" }))).toMatchObject({ refusal: { dimension: "rpm" } });
  expect(limiter.admit(ask(tokens(5), { keyHash: "b" })).admitted).toBe(true);
});

it("counts nothing without rows and after panic, until new rows come", () => {
  const { limiter } = limiterWith();
  expect(limiter.counting).toBe(false);
  limiter.replace({ specs: [spec({ rpm: 1 })] });
  expect(limiter.counting).toBe(true);
  limiter.disable();
  expect(limiter.counting).toBe(false);
  limiter.replace({ specs: [spec({ rpm: 1 })] });
  limiter.admit(ask(tokens(1)));
  expect(limiter.admit(ask(tokens(1))).admitted).toBe(false);
});
