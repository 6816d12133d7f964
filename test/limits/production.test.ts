import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../../src/core/limits.ts";
import { createProduction } from "../../src/limits/production.ts";
import { createReferenceBucket } from "../support/limits-reference.ts";

const newBucket = (limit: number) => createProduction({ dimension: "otpm", limit, windowMs: MINUTE_MS, nowMs: 0 });

type Step =
  | { do: "open" }
  | { do: "pass"; ms: number }
  | { do: "produce"; which: number; tokens: number }
  | { do: "look" }
  | { do: "settle"; which: number; more: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("open" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(20_000) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("produce" as const), which: fc.nat(), tokens: fc.nat(400) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("look" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("settle" as const), which: fc.nat(), more: fc.nat(300) }) },
);

describe("output counted as it is produced", () => {
  it("agrees with the slow reference on every use, every admission and every wait", () => {
    let admitted = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.array(step, { minLength: 20, maxLength: 60, size: "max" }),
        (limit, steps) => {
          const bucket = newBucket(limit);
          const reference = createReferenceBucket(limit, MINUTE_MS);
          const open: { produced: number; told: number; settle(real: number, nowMs: number): void }[] = [];
          let nowMs = 0;
          let lookedMs = 0;

          // What came between two looks came evenly; by definition that is the same as if it had come at their beginning.
          const look = (more = 0) => {
            for (const call of open) {
              if (call.produced > call.told) reference.charge(call.produced - call.told, lookedMs);
              call.told = call.produced;
            }
            if (more > 0) reference.charge(more, lookedMs);
            lookedMs = nowMs;
            const scaled = reference.usedScaled(nowMs);
            expect(bucket.read(nowMs).used).toBeCloseTo(Number(scaled) / MINUTE_MS, 6);
            const fit = bucket.ask(1, nowMs);
            expect(fit.fits).toBe(reference.fits(1, nowMs));
            if (fit.fits) return admitted++;
            const whole = Number((scaled + BigInt(MINUTE_MS) - 1n) / BigInt(MINUTE_MS));
            expect(fit.used).toBe(whole);
            expect(fit.waitMs).toBeCloseTo(((whole + 1 - limit) * MINUTE_MS) / limit, 6);
            return refused++;
          };

          for (const one of steps) {
            if (one.do === "pass") nowMs += one.ms;
            else if (one.do === "look") look();
            else if (one.do === "open") {
              look();
              const call = { produced: 0, told: 0 };
              open.push(
                Object.assign(
                  call,
                  bucket.follow(() => call.produced, nowMs),
                ),
              );
            } else if (open.length > 0) {
              const call = open[one.which % open.length];
              if (call === undefined) continue;
              if (one.do === "produce") call.produced += one.tokens;
              else {
                // The usage at the end tells of more than was seen on the way.
                call.produced += one.more;
                call.settle(call.produced, nowMs);
                look();
                open.splice(open.indexOf(call), 1);
              }
            }
          }
        },
      ),
      { numRuns: 800 },
    );
    // The property says nothing when the generator meets only one side of the wall.
    expect(admitted).toBeGreaterThan(3_000);
    expect(refused).toBeGreaterThan(3_000);
  });

  it("lets a call in while one token fits, falls into debt, and is open again when that is paid", () => {
    const bucket = newBucket(600);
    let produced = 0;
    bucket.follow(() => produced, 0);
    produced = 599;
    expect(bucket.ask(1, 0)).toEqual({ fits: true });
    produced = 900;
    expect(bucket.ask(1, 0)).toEqual({ fits: false, used: 900, waitMs: 30_100 });
    expect(bucket.ask(1, 30_099).fits).toBe(false);
    expect(bucket.ask(1, 30_100).fits).toBe(true);
  });

  it("is corrected by a usage below what was seen, but never gives back what leaked out meanwhile", () => {
    const bucket = newBucket(600);
    const slow = bucket.follow(() => 600, 0);
    expect(bucket.read(0).used).toBe(600);
    expect(bucket.read(30_000).used).toBe(300);
    let other = 0;
    const quick = bucket.follow(() => other, 30_000);
    other = 300;
    expect(bucket.read(30_000).used).toBe(600);
    // Half of the 300 that are still there of the 600 it seemed to have produced.
    slow.settle(300, 30_000);
    expect(bucket.read(30_000).used).toBe(450);
    quick.settle(0, 30_000);
    expect(bucket.read(30_000).used).toBeGreaterThanOrEqual(150);
    expect(bucket.read(30_000).used).toBeLessThanOrEqual(300);
  });

  it("is idle only when nobody produces and nothing is in use", () => {
    const bucket = newBucket(600);
    const call = bucket.follow(() => 60, 0);
    expect(bucket.idle(0)).toBe(false);
    expect(bucket.idle(60_000)).toBe(false);
    call.settle(60, 60_000);
    expect(bucket.idle(60_000)).toBe(true);
  });
});
