import { describe, expect, it } from "vitest";
import { type Distribution, distribution, sample } from "../../src/core/distribution.ts";
import { createRng } from "../../src/core/rng.ts";

const draws = (from: Distribution, n = 4_000) => {
  const rng = createRng(5);
  return Array.from({ length: n }, () => sample(from, rng)).sort((a, b) => a - b);
};
const median = (sorted: number[]) => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

describe("createRng", () => {
  it("gives the same stream for the same seed and label, whatever was drawn elsewhere", () => {
    const one = createRng(7);
    const two = createRng(7);
    for (let i = 0; i < 10; i++) one.next();
    one.fork("other").next();
    expect(one.fork("storm/1/17").next()).toBe(two.fork("storm/1/17").next());
    expect(one.fork("storm/1/17").next()).not.toBe(one.fork("storm/1/18").next());
  });

  it("is uniform in [0, 1)", () => {
    const rng = createRng("seed");
    const values = Array.from({ length: 20_000 }, () => rng.next());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth).length,
    );
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });
});

describe("distributions", () => {
  it("draw what was measured, each value as likely as the others, and nothing else", () => {
    const measured = distribution().parse({ empirical: ["10ms", "20ms", "20ms", "3s"] });
    const sorted = draws(measured);
    expect(new Set(sorted)).toEqual(new Set([10, 20, 3_000]));
    expect(Math.abs(sorted.filter((ms) => ms === 20).length - 2_000)).toBeLessThan(150);
    expect(distribution().safeParse({ empirical: [] }).success).toBe(false);
    expect(distribution().safeParse({ empirical: [240] }).success).toBe(false);
  });

  it("are read as written", () => {
    expect(distribution().parse("2s")).toEqual({ kind: "fixed", ms: 2_000 });
    expect(distribution().parse({ uniform: ["1s", "3s"] })).toEqual({ kind: "uniform", minMs: 1_000, maxMs: 3_000 });
    expect(distribution().parse({ lognormal: { median: "400ms", sigma: 0.5 } })).toEqual({
      kind: "lognormal",
      medianMs: 400,
      sigma: 0.5,
    });
    expect(distribution().safeParse({ pareto: { min: "1s", alpha: 0 } }).success).toBe(false);
  });

  it("have the shape they name", () => {
    expect(draws({ kind: "fixed", ms: 5 }, 3)).toEqual([5, 5, 5]);
    const uniform = draws({ kind: "uniform", minMs: 100, maxMs: 300 });
    expect(uniform[0]).toBeGreaterThanOrEqual(100);
    expect(uniform.at(-1)).toBeLessThan(300);
    expect(median(uniform)).toBeCloseTo(200, -1);
    expect(median(draws({ kind: "normal", meanMs: 1_000, sdMs: 100 }))).toBeCloseTo(1_000, -2);
    expect(median(draws({ kind: "lognormal", medianMs: 400, sigma: 0.5 })) / 400).toBeCloseTo(1, 1);
    const pareto = draws({ kind: "pareto", minMs: 200, alpha: 2 });
    expect(pareto[0]).toBeGreaterThanOrEqual(200);
    expect(median(pareto) / (200 * Math.SQRT2)).toBeCloseTo(1, 1);
  });

  it("never go below zero", () => {
    expect(draws({ kind: "normal", meanMs: 10, sdMs: 100 })[0]).toBe(0);
  });
});
