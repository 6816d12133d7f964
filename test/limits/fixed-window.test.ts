import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../src/core/limits.ts";
import { createFixedWindow, createRequestWindows } from "../../src/limits/fixed-window.ts";
import { createLimiter, settlementOf } from "../../src/limits/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec, tokens } from "../support/limits.ts";
import { createReferenceWindow } from "../support/limits-window-reference.ts";

const azure = (charge = tokens(1)) => ask(charge, { provider: "azure" });

describe("tokens per minute, counted anew each minute", () => {
  const fixed = (limit: number) => createFixedWindow({ dimension: "tpm", limit, windowMs: MINUTE_MS, nowMs: 0 });

  it("gives no room back until the minute is over, then all of it", () => {
    const meter = fixed(1_000);
    meter.charge(1_000, 5_000);
    expect(meter.read(6_000)).toEqual({ used: 1_000, resetMs: 59_000 });
    expect(meter.ask(1, 64_000)).toEqual({ fits: false, used: 1_000, waitMs: 1_000 });
    expect(meter.ask(1_000, 65_000)).toEqual({ fits: true });
  });

  it("lets twice the limit through around a border, as fixed windows do", () => {
    const meter = fixed(100);
    meter.charge(1, 0);
    meter.charge(99, 59_999);
    expect(meter.ask(100, 60_000)).toEqual({ fits: true });
  });

  it("says of one call above the limit that waiting is no use", () => {
    expect(fixed(100).ask(101, 0)).toEqual({ fits: false, used: 0, waitMs: undefined });
    expect(fixed(0).ask(1, 0)).toEqual({ fits: false, used: 0, waitMs: undefined });
  });

  it("is idle only when its minute is over, so that a forgotten meter would have said the same", () => {
    const meter = fixed(100);
    const { settle } = meter.reserve(50, 0);
    settle(0, 10);
    expect([meter.read(20).used, meter.idle(20), meter.idle(60_000)]).toEqual([0, false, true]);
  });

  it("agrees with the slow reference on every admission, every use and every wait", () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant("charge" as const), amount: fc.nat(400) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(30_000) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("settle" as const), which: fc.nat(), amount: fc.nat(500) }) },
    );
    let refusals = 0;
    let refunds = 0;
    const steps = fc.array(step, { minLength: 20, maxLength: 60, size: "max" });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_500 }), steps, (limit, taken) => {
        const meter = fixed(limit);
        const reference = createReferenceWindow(MINUTE_MS);
        const open: { amount: number; index: number; settle(amount: number, nowMs: number): void }[] = [];
        let now = 0;
        for (const one of taken) {
          if (one.do === "pass") now += one.ms;
          else if (one.do === "charge") {
            const { used, endsAtMs = now } = reference.at(now);
            const fit = meter.ask(one.amount, now);
            expect(fit.fits).toBe(used + one.amount <= limit);
            if (fit.fits) {
              const { settle } = meter.reserve(one.amount, now);
              open.push({ amount: one.amount, index: reference.charge(one.amount, now), settle });
            } else {
              refusals++;
              const waitMs = one.amount > limit ? undefined : endsAtMs - now;
              expect(fit).toEqual({ fits: false, used, waitMs });
            }
          } else if (open.length > 0) {
            const [call] = open.splice(one.which % open.length, 1);
            if ((call?.amount ?? 0) > one.amount) refunds++;
            call?.settle(one.amount, now);
            reference.settle(call?.index ?? -1, one.amount, now);
          }
          const { used, endsAtMs } = reference.at(now);
          expect(meter.read(now)).toEqual({ used, resetMs: used === 0 ? 0 : (endsAtMs ?? now) - now });
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(refusals, refunds)).toBeGreaterThan(1_000);
  });
});

describe("requests per minute, judged by the second", () => {
  const requests = (limit: number) => createRequestWindows({ dimension: "rpm", limit, windowMs: MINUTE_MS, nowMs: 0 });

  it("refuses the eleventh request of a second at 600 a minute, and serves it in the next second", () => {
    const meter = requests(600);
    for (let i = 0; i < 10; i++) {
      expect(meter.ask(1, i * 50)).toEqual({ fits: true });
      meter.charge(1, i * 50);
    }
    // All of the rate, though only ten of the minute's 600 are used.
    expect(meter.ask(1, 600)).toEqual({ fits: false, used: 600, waitMs: 400 });
    expect(meter.read(600)).toEqual({ used: 10, resetMs: 59_400 });
    expect(meter.ask(1, 1_000)).toEqual({ fits: true });
  });

  it("judges by ten seconds where a second's share is not whole", () => {
    const meter = requests(90); // 2 a second, 15 in ten
    let served = 0;
    for (let ms = 0; ms < 10_000; ms += 100) {
      if (!meter.ask(1, ms).fits) continue;
      meter.charge(1, ms);
      served++;
    }
    expect(served).toBe(15);
    expect(meter.ask(1, 9_900)).toEqual({ fits: false, used: 90, waitMs: 100 });
  });

  it("judges a limit that is published per ten seconds by no less", () => {
    const meter = createRequestWindows({
      dimension: "rpm",
      limit: 600,
      windowMs: MINUTE_MS,
      nowMs: 0,
      requestWindowMs: 10_000,
    });
    for (let i = 0; i < 100; i++) meter.charge(1, 0);
    expect(meter.ask(1, 1_000)).toEqual({ fits: false, used: 600, waitMs: 9_000 });
    expect(meter.ask(1, 10_000)).toEqual({ fits: true });
  });

  it.each([1, 3, 7, 60, 100, 599, 600])("serves all of %i a minute to an even caller", (limit) => {
    const meter = requests(limit);
    const gap = MINUTE_MS / limit;
    for (let i = 0; i < limit; i++) {
      expect(meter.ask(1, i * gap)).toEqual({ fits: true });
      meter.charge(1, i * gap);
    }
  });

  it("agrees with three slow references, and never lets a window have more than its share", () => {
    let refusals = 0;
    const gaps = fc.array(fc.oneof(fc.nat(300), fc.nat(4_000), fc.nat(20_000)), {
      minLength: 20,
      maxLength: 80,
      size: "max",
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), gaps, (limit, pauses) => {
        const meter = requests(limit);
        const shares = [60, 6, 1].map((parts) => ({
          most: Math.ceil(limit / parts),
          reference: createReferenceWindow(MINUTE_MS / parts),
        }));
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          // A burst at once, so that the share of a second is met at high limits too.
          for (let i = 0; i < 4; i++) {
            const short = shares.filter(({ most, reference }) => reference.at(now).used >= most);
            const fit = meter.ask(1, now);
            expect(fit.fits).toBe(short.length === 0);
            if (fit.fits) {
              meter.charge(1, now);
              for (const { reference } of shares) reference.charge(1, now);
              continue;
            }
            refusals++;
            expect(fit.waitMs).toBe(Math.max(...short.map(({ reference }) => reference.at(now).endsAtMs ?? 0)) - now);
            expect(fit.used).toBeGreaterThanOrEqual(limit);
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(refusals).toBeGreaterThan(1_000);
  });
});

describe("a limiter before Azure", () => {
  it("serves a caller who waits exactly as told", async () => {
    let refused = 0;
    const calls = fc.array(
      fc.record({ pause: fc.double({ min: 0, max: 2_000, noNaN: true }), size: fc.integer({ min: 1, max: 100 }) }),
      { minLength: 10, maxLength: 60, size: "max" },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 3_000 }),
        fc.integer({ min: 1, max: 90 }),
        calls,
        async (tpm, rpm, load) => {
          const clock = createFakeClock();
          const limiter = createLimiter({ specs: [spec({ tpm, rpm })], clock });
          for (const { pause, size } of load) {
            await clock.advance(pause);
            const charge = tokens(Math.ceil((size / 100) * tpm));
            const first = limiter.admit(azure(charge));
            if (first.admitted) continue;
            refused++;
            await clock.advance(first.refusal.waitMs ?? Number.NaN);
            expect(limiter.admit(azure(charge)).admitted).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it("keeps what was charged at admission, as Azure documents it, unless told otherwise", () => {
    expect(settlementOf("azure")).toEqual({ settle: "reserve", verified: true });
    const usage = { inputTokens: 10, outputTokens: 0 };
    for (const [settle, used] of [
      [undefined, 700],
      ["usage", 10],
    ] as const) {
      const limiter = createLimiter({
        specs: [spec({ tpm: 1_000 })],
        clock: createFakeClock(),
        ...(settle && { settle }),
      });
      const answer = limiter.admit(azure(tokens(700)));
      if (answer.admitted) answer.settle({ usage, seenOutputTokens: 0 });
      expect(limiter.readings()[0]?.used).toBe(used);
    }
  });

  it("drained, has room for one call and the time of one call; then a whole minute's room", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: [spec({ tpm: 1_000 })], clock });
    limiter.admit(azure(tokens(100)));
    limiter.drainToOneCall();
    expect(limiter.admit(azure(tokens(100))).admitted).toBe(true);
    expect(limiter.admit(azure(tokens(100)))).toMatchObject({ admitted: false, refusal: { waitMs: 6_000 } });
    await clock.advance(6_000);
    expect(limiter.admit(azure(tokens(1_000))).admitted).toBe(true);
  });
});
