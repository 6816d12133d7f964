import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE_MS, type Settlement } from "../../src/core/limits.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec, tokens } from "../support/limits.ts";

const NOTHING_SEEN: Settlement = { usage: undefined, seenOutputTokens: 0 };

/** Fractions of a millisecond too: a real clock has them. */
const pause = fc.oneof(fc.double({ min: 0, max: 3_000, noNaN: true }), fc.nat(60_000));
const load = fc.array(
  fc.record({ pause, size: fc.integer({ min: 1, max: 400 }), keep: fc.integer({ min: 0, max: 100 }) }),
  {
    minLength: 10,
    maxLength: 80,
    size: "max",
  },
);
const anyLimit = fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom(160_000, 30_000, 7, 180_000_000));

describe("the wall", () => {
  it("never lets more through in any window than the limit and what was refilled in it", async () => {
    await fc.assert(
      fc.asyncProperty(anyLimit, load, async (limit, calls) => {
        const clock = createFakeClock();
        const limiter = createLimiter({ specs: [spec({ tpm: limit })], clock });
        const through: { atMs: number; cost: number }[] = [];
        const open: (() => void)[] = [];
        for (const { pause: pauseMs, size, keep } of calls) {
          await clock.advance(pauseMs);
          // Later calls are settled first: refunds must not depend on the order.
          if (keep % 3 === 0) open.pop()?.();
          const cost = Math.max(1, Math.floor((size / 400) * limit));
          const answer = limiter.admit(ask(tokens(cost)));
          if (!answer.admitted) continue;
          const record = { atMs: clock.nowMs(), cost };
          through.push(record);
          open.push(() => {
            record.cost = Math.floor((cost * keep) / 100);
            answer.settle({ usage: { inputTokens: record.cost, outputTokens: 0 }, seenOutputTokens: 0 });
          });
          for (const [index, first] of through.entries()) {
            const sum = through.slice(index).reduce((total, one) => total + one.cost, 0);
            const most = limit + (limit * (record.atMs - first.atMs)) / MINUTE_MS;
            expect(sum).toBeLessThanOrEqual(most * (1 + 1e-9));
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("serves a caller who waits exactly as told, and the formula holds on every refusal", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(anyLimit, load, async (limit, calls) => {
        const clock = createFakeClock();
        const limiter = createLimiter({ specs: [spec({ tpm: limit, rpm: 7 })], clock });
        for (const { pause: pauseMs, size } of calls) {
          await clock.advance(pauseMs);
          const charge = tokens(Math.max(1, Math.floor((size / 400) * limit)));
          const first = limiter.admit(ask(charge));
          if (first.admitted) continue;
          refused++;
          const { used, requested, limit: printed, waitMs, windowMs } = first.refusal;
          expect(Number.isInteger(used)).toBe(true);
          expect(waitMs).toBeCloseTo((used + requested - printed) / (printed / windowMs), 6);
          await clock.advance(waitMs ?? Number.NaN);
          expect(limiter.admit(ask(charge)).admitted).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  it("asks for no shorter a wait from a caller who comes back earlier", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 500 }), fc.array(pause, { minLength: 2 }), async (limit, pauses) => {
        const clock = createFakeClock();
        const limiter = createLimiter({ specs: [spec({ tpm: limit })], clock });
        limiter.admit(ask(tokens(limit))); // empty from here on, and nobody else calls
        let last = Number.POSITIVE_INFINITY;
        for (const ms of pauses) {
          await clock.advance(ms);
          const answer = limiter.admit(ask(tokens(limit)));
          if (answer.admitted) break;
          const wait = answer.refusal.waitMs ?? Number.NaN;
          expect(wait).toBeLessThanOrEqual(last);
          last = wait;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("charges nothing on a refusal: hammering does not move the moment of admission", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: [spec({ tpm: 1_000, rpm: 3, rpd: 10 })], clock });
    expect(limiter.admit(ask(tokens(1_000))).admitted).toBe(true);
    const before = limiter.readings();
    for (let i = 0; i < 500; i++) expect(limiter.admit(ask(tokens(500))).admitted).toBe(false);
    expect(limiter.readings()).toEqual(before);
    await clock.advance(30_000);
    expect(limiter.admit(ask(tokens(500))).admitted).toBe(true);
  });

  it("gives back at a settling only what is still in the bucket", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: [spec({ tpm: 1_000 })], clock });
    const slow = limiter.admit(ask(tokens(1_000)));
    await clock.advance(54_000); // 900 refilled, and taken by the next call
    expect(limiter.admit(ask(tokens(900))).admitted).toBe(true);
    if (slow.admitted) slow.settle({ usage: { inputTokens: 0, outputTokens: 0 }, seenOutputTokens: 0 });
    // `used - refund` would be 0 here, and 1,000 more would pass within the same instant.
    expect(limiter.readings()[0]?.used).toBeCloseTo(900, 6);
  });

  it("keeps the estimate of a call that was aborted before anything was seen", () => {
    const limiter = createLimiter({ specs: [spec({ tpm: 1_000 })], clock: createFakeClock() });
    const answer = limiter.admit(ask(tokens(700)));
    if (answer.admitted) answer.settle(NOTHING_SEEN);
    expect(limiter.readings()[0]?.used).toBe(700);
  });
});
