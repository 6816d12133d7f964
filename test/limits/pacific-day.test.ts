import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../src/core/limits.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { nextPacificMidnight } from "../../src/limits/pacific-day.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec, tokens } from "../support/limits.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const at = (text: string) => Date.parse(text);

/** The date in California, by a formatter that the implementation does not use. */
function dateThere(wallMs: number): string {
  return new Date(wallMs).toLocaleDateString("sv-SE", { timeZone: "America/Los_Angeles" });
}

/** By looking: forward in quarters of an hour until the date has changed. */
function midnightByLooking(wallMs: number): number {
  const today = dateThere(wallMs);
  const quarter = 15 * MINUTE_MS;
  let looked = Math.floor(wallMs / quarter) * quarter;
  while (dateThere(looked) <= today) looked += quarter;
  return looked;
}

describe("midnight in California", () => {
  it.each([
    ["in winter", "2026-01-05T12:00:00Z", "2026-01-06T08:00:00Z"],
    ["in summer", "2026-07-05T12:00:00Z", "2026-07-06T07:00:00Z"],
    ["shortly before it", "2026-01-06T07:59:59.999Z", "2026-01-06T08:00:00Z"],
    ["at it: the next one", "2026-01-06T08:00:00Z", "2026-01-07T08:00:00Z"],
    ["the evening before the clocks go forward", "2026-03-08T05:00:00Z", "2026-03-08T08:00:00Z"],
    ["the night they go forward, before", "2026-03-08T09:59:59Z", "2026-03-09T07:00:00Z"],
    ["the night they go forward, after", "2026-03-08T10:00:00Z", "2026-03-09T07:00:00Z"],
    ["the evening before they go back", "2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z"],
    ["the hour that comes twice, first", "2026-11-01T08:30:00Z", "2026-11-02T08:00:00Z"],
    ["the hour that comes twice, again", "2026-11-01T09:30:00Z", "2026-11-02T08:00:00Z"],
    ["at the turn of the year", "2027-01-01T05:00:00Z", "2027-01-01T08:00:00Z"],
    ["on a leap day", "2028-02-29T12:00:00Z", "2028-03-01T08:00:00Z"],
  ])("%s", (_, now, midnight) => {
    expect(new Date(nextPacificMidnight(at(now))).toISOString()).toBe(new Date(midnight).toISOString());
  });

  it("is where the date changes, at any time of forty years", () => {
    const anyTime = fc.integer({ min: at("2000-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z") });
    const changes = fc
      .tuple(
        fc.constantFrom("2025-03-09", "2025-11-02", "2026-03-08", "2026-11-01", "2027-03-14", "2027-11-07"),
        fc.nat(),
      )
      .map(([day, ms]) => at(`${day}T00:00:00Z`) + (ms % (2 * DAY_MS)));
    fc.assert(
      fc.property(fc.oneof(anyTime, changes), (now) => {
        expect(nextPacificMidnight(now)).toBe(midnightByLooking(now));
      }),
      { numRuns: 300 },
    );
  });
});

describe("Gemini's requests per day", () => {
  const gemini = (model = "m") => ask(tokens(10), { provider: "gemini", model });
  const limiterAt = (wall: string, rpd: number, more: { clockScale?: number; announce?: "real" | "virtual" } = {}) => {
    const clock = createFakeClock(at(wall));
    return { clock, limiter: createLimiter({ specs: [spec({ rpd })], clock, ...more }) };
  };

  it.each([
    ["a winter's day", "2026-01-05T20:00:00Z", 12 * HOUR_MS],
    ["the day of 23 hours", "2026-03-08T08:30:00Z", 22.5 * HOUR_MS],
    ["the day of 25 hours", "2026-11-01T07:30:00Z", 24.5 * HOUR_MS],
  ])("come back all at once at midnight: %s", async (_, wall, leftMs) => {
    const { clock, limiter } = limiterAt(wall, 3);
    for (let i = 0; i < 3; i++) expect(limiter.admit(gemini()).admitted).toBe(true);
    const refused = limiter.admit(gemini());
    expect(refused).toMatchObject({ refusal: { dimension: "rpd", limit: 3, used: 3, requested: 1, waitMs: leftMs } });
    expect(limiter.readings()).toMatchObject([{ used: 3, resetMs: leftMs }]);
    await clock.advance(leftMs - 10);
    expect(limiter.admit(gemini())).toMatchObject({ refusal: { waitMs: 10 } });
    await clock.advance(10);
    for (let i = 0; i < 3; i++) expect(limiter.admit(gemini()).admitted).toBe(true);
    expect(limiter.admit(gemini())).toMatchObject({
      refusal: { waitMs: nextPacificMidnight(clock.wallMs()) - clock.wallMs() },
    });
  });

  it("pass faster with a clock scale, and announce either time", async () => {
    const halfADay = { real: 30_000, virtual: 12 * HOUR_MS };
    for (const announce of ["real", "virtual"] as const) {
      const { clock, limiter } = limiterAt("2026-01-05T20:00:00Z", 2, { clockScale: 1_440, announce });
      for (let i = 0; i < 2; i++) limiter.admit(gemini());
      const answer = limiter.admit(gemini());
      if (answer.admitted) throw new Error("admitted");
      expect(answer.refusal.waitMs).toBeCloseTo(halfADay[announce], 3);
      await clock.advance(29_900);
      expect(limiter.admit(gemini()).admitted).toBe(false);
      await clock.advance(100);
      expect(limiter.admit(gemini()).admitted).toBe(true);
    }
  });

  it("turn also when the monotonic clock stood still, as it does in a computer that sleeps", () => {
    let wallMs = at("2026-01-05T20:00:00Z");
    const clock = { nowMs: () => 5_000, wallMs: () => wallMs, after: () => () => undefined };
    const limiter = createLimiter({ specs: [spec({ rpd: 1 })], clock });
    expect(limiter.admit(gemini()).admitted).toBe(true);
    expect(limiter.admit(gemini()).admitted).toBe(false);
    wallMs += 13 * HOUR_MS;
    expect(limiter.admit(gemini()).admitted).toBe(true);
  });

  it("are full at once for a limit of nothing, and never fit", () => {
    const { limiter } = limiterAt("2026-01-05T20:00:00Z", 0);
    expect(limiter.admit(gemini())).toMatchObject({ refusal: { limit: 0, used: 0, waitMs: undefined } });
  });

  it("leave room for one call when a ramp starts at the wall", () => {
    const { limiter } = limiterAt("2026-01-05T20:00:00Z", 100);
    limiter.drainToOneCall();
    expect(limiter.admit(gemini()).admitted).toBe(true);
    expect(limiter.admit(gemini()).admitted).toBe(false);
  });

  it("agree with a slow reference that keeps every call with its date, and serve who waits as told", async () => {
    const start = fc.integer({ min: at("2025-12-30T00:00:00Z"), max: at("2026-12-30T00:00:00Z") });
    const pauses = fc.array(fc.oneof(fc.nat(2 * HOUR_MS), fc.nat(3 * DAY_MS), fc.constant(0)), {
      minLength: 5,
      maxLength: 40,
    });
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(start, fc.integer({ min: 1, max: 5 }), pauses, async (wall, rpd, steps) => {
        const clock = createFakeClock(wall);
        const limiter = createLimiter({ specs: [spec({ rpd })], clock });
        const dates: string[] = [];
        for (const ms of steps) {
          await clock.advance(ms);
          const today = dateThere(clock.wallMs());
          const before = dates.filter((date) => date === today).length;
          const answer = limiter.admit(gemini());
          expect(answer.admitted).toBe(before < rpd);
          if (answer.admitted) {
            dates.push(today);
            continue;
          }
          refusals++;
          expect(answer.refusal.waitMs).toBe(midnightByLooking(clock.wallMs()) - clock.wallMs());
          if (refusals % 3 !== 0) continue;
          await clock.advance(answer.refusal.waitMs ?? Number.NaN);
          expect(limiter.admit(gemini()).admitted).toBe(true);
          dates.push(dateThere(clock.wallMs()));
        }
      }),
      { numRuns: 150 },
    );
    expect(refusals).toBeGreaterThan(200);
  });
});

describe("Gemini's tokens", () => {
  const call = (inputTokens: number) =>
    ask({ requests: 1, inputTokens, outputTokens: 0, tokens: inputTokens }, { provider: "gemini" });

  it("are those of the input, cached ones too, in a window that is reset", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ specs: [spec({ tpm: 1_000 })], clock });
    const first = limiter.admit(call(700));
    if (first.admitted)
      first.settle({ usage: { inputTokens: 600, outputTokens: 5_000, cachedTokens: 500 }, seenOutputTokens: 0 });
    expect(limiter.readings()[0]?.used).toBe(600);
    const aborted = limiter.admit(call(300));
    if (aborted.admitted) aborted.settle({ usage: undefined, seenOutputTokens: 9_999 });
    expect(limiter.readings()[0]?.used).toBe(900);
    await clock.advance(20_000);
    expect(limiter.admit(call(200))).toMatchObject({ refusal: { used: 900, requested: 200, waitMs: 40_000 } });
    await clock.advance(40_000);
    expect(limiter.admit(call(1_000)).admitted).toBe(true);
  });

  it("per day end at midnight too, and forget a settlement of yesterday", async () => {
    const clock = createFakeClock(at("2026-01-06T07:59:00Z"));
    const limiter = createLimiter({ specs: [spec({ tpd: 1_000 })], clock });
    const late = limiter.admit(call(900));
    await clock.advance(60_000);
    expect(limiter.admit(call(800)).admitted).toBe(true);
    if (late.admitted) late.settle({ usage: { inputTokens: 100, outputTokens: 0 }, seenOutputTokens: 0 });
    expect(limiter.readings()[0]?.used).toBe(800);
  });
});
