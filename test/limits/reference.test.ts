import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, type Dimension, MINUTE_MS, type Settlement } from "../../src/core/limits.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec } from "../support/limits.ts";
import { createReferenceBucket } from "../support/limits-reference.ts";

const CLOCK_SCALE = 1_440;
const dimensions = ["rpm", "tpm", "rpd", "tpd", "itpm", "otpm"] as const;

type Ending = { do: "usage" | "abort"; which: number; input: number; output: number };
type Step = { do: "call"; input: number; output: number } | { do: "pass"; ms: number } | Ending;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("call" as const), input: fc.nat(120), output: fc.nat(120) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(200_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("usage" as const, "abort" as const),
      which: fc.nat(),
      input: fc.nat(150),
      output: fc.nat(150),
    }),
  },
);
const limits = fc.record(
  {
    rpm: fc.integer({ min: 1, max: 30 }),
    tpm: fc.integer({ min: 1, max: 1_000 }),
    rpd: fc.integer({ min: 1, max: 60 }),
    tpd: fc.integer({ min: 1, max: 900 }),
    itpm: fc.integer({ min: 1, max: 600 }),
    otpm: fc.integer({ min: 1, max: 600 }),
  },
  { requiredKeys: [] },
);

/** What the call costs on each dimension, written again from the contract's words. */
function cost(dimension: Dimension, { input, output }: { input: number; output: number }): number {
  if (dimension === "rpm" || dimension === "rpd") return 1;
  if (dimension === "itpm") return input;
  return dimension === "otpm" ? output : Math.max(input, output);
}

function realCost(dimension: Dimension, estimate: { input: number; output: number }, end: Ending) {
  const before = cost(dimension, estimate);
  if (dimension === "rpm" || dimension === "rpd") return before;
  if (end.do === "abort") {
    if (dimension === "itpm") return before;
    return Math.max(before, dimension === "otpm" ? end.output : estimate.input + end.output);
  }
  if (dimension === "itpm") return end.input;
  return dimension === "otpm" ? end.output : end.input + end.output;
}

const refillMs = (dimension: Dimension) =>
  dimension === "rpd" || dimension === "tpd" ? DAY_MS / CLOCK_SCALE : MINUTE_MS;

describe("the limiter and the slow reference", () => {
  it("agree on every admission, every named dimension, every use and every wait", async () => {
    let refusals = 0;
    let admissions = 0;
    await fc.assert(
      fc.asyncProperty(
        limits,
        fc.array(step, { minLength: 20, maxLength: 80, size: "max" }),
        async (limitOf, steps) => {
          const clock = createFakeClock();
          const limiter = createLimiter({ specs: [spec(limitOf)], clock, clockScale: CLOCK_SCALE });
          const counted = dimensions.filter((dimension) => limitOf[dimension] !== undefined);
          const reference = new Map(
            counted.map((dimension) => [
              dimension,
              createReferenceBucket(limitOf[dimension] ?? 0, refillMs(dimension)),
            ]),
          );
          const open: {
            settle(outcome: Settlement): void;
            estimate: { input: number; output: number };
            charged: Map<Dimension, number>;
          }[] = [];

          for (const one of steps) {
            const now = clock.nowMs();
            if (one.do === "pass") await clock.advance(one.ms);
            else if (one.do === "call") {
              const charge = {
                requests: 1,
                inputTokens: one.input,
                outputTokens: one.output,
                tokens: Math.max(one.input, one.output),
              };
              const answer = limiter.admit(ask(charge));
              const short = counted.filter((dimension) => !reference.get(dimension)?.fits(cost(dimension, one), now));
              expect(answer.admitted).toBe(short.length === 0);
              if (answer.admitted) {
                admissions++;
                const charged = new Map(
                  counted.map((dimension) => [
                    dimension,
                    reference.get(dimension)?.charge(cost(dimension, one), now) ?? -1,
                  ]),
                );
                open.push({ settle: answer.settle, estimate: one, charged });
              } else {
                refusals++;
                const { dimension, limit, used, requested, waitMs, windowMs } = answer.refusal;
                const named = dimension as Dimension;
                const window = BigInt(refillMs(named));
                const wholeUsed = (d: Dimension) => {
                  const w = BigInt(refillMs(d));
                  return Number(((reference.get(d)?.usedScaled(now) ?? 0n) + w - 1n) / w);
                };
                const waitOf = (d: Dimension) =>
                  cost(d, one) > (limitOf[d] ?? 0)
                    ? Number.POSITIVE_INFINITY
                    : ((wholeUsed(d) + cost(d, one) - (limitOf[d] ?? 0)) * refillMs(d)) / (limitOf[d] ?? 0);
                expect(short).toContain(named);
                expect(BigInt(windowMs)).toBe(window);
                expect(limit).toBe(limitOf[named]);
                expect(requested).toBe(cost(named, one));
                expect(used).toBe(wholeUsed(named));
                const longest = Math.max(...short.map(waitOf));
                if (waitMs === undefined) expect(longest).toBe(Number.POSITIVE_INFINITY);
                else {
                  expect(waitMs).toBeCloseTo(longest, 6);
                  expect(waitMs).toBeCloseTo((used + requested - limit) / (limit / windowMs), 9);
                  expect(waitMs).toBeGreaterThan(0);
                }
              }
            } else if (open.length > 0) {
              const [call] = open.splice(one.which % open.length, 1);
              const usage = one.do === "usage" ? { inputTokens: one.input, outputTokens: one.output } : undefined;
              call?.settle({ usage, seenOutputTokens: one.output });
              // A second settling must change nothing.
              call?.settle({ usage: { inputTokens: 9_999, outputTokens: 9_999 }, seenOutputTokens: 0 });
              for (const dimension of counted) {
                const real = realCost(dimension, call?.estimate ?? { input: 0, output: 0 }, one);
                reference.get(dimension)?.settle(call?.charged.get(dimension) ?? -1, real, now);
              }
            }
          }
        },
      ),
      { numRuns: 1_500 },
    );
    // The property says nothing when the generator meets only one side of the wall.
    expect(admissions).toBeGreaterThan(5_000);
    expect(refusals).toBeGreaterThan(5_000);
  });
});
