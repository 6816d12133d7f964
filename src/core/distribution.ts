import { z } from "zod";
import type { Rng } from "./rng.ts";
import { duration } from "./schema.ts";

/** A duration, fixed or drawn. Every spread is seeded by the Rng that is handed in. */
export type Distribution =
  | { kind: "fixed"; ms: number }
  | { kind: "uniform"; minMs: number; maxMs: number }
  | { kind: "normal"; meanMs: number; sdMs: number }
  | { kind: "lognormal"; medianMs: number; sigma: number }
  | { kind: "pareto"; minMs: number; alpha: number }
  | { kind: "empirical"; valuesMs: readonly number[] };

/** More than a sketch of a distribution needs, and little memory. */
export const MOST_EMPIRICAL_VALUES = 10_000;

/** `2s`, or `{ uniform: [1s, 3s] }`, `{ normal: { mean: 2s, sd: 300ms } }`, `{ lognormal: { median: 400ms, sigma: 0.5 } }`, `{ pareto: { min: 200ms, alpha: 2 } }`, `{ empirical: [180ms, 240ms, 3s] }`. */
export const distribution = () =>
  z
    .union([
      duration().transform((ms): Distribution => ({ kind: "fixed", ms })),
      z
        .strictObject({ uniform: z.tuple([duration(), duration()]) })
        .transform(({ uniform: [minMs, maxMs] }): Distribution => ({ kind: "uniform", minMs, maxMs })),
      z
        .strictObject({ normal: z.strictObject({ mean: duration(), sd: duration() }) })
        .transform(({ normal }): Distribution => ({ kind: "normal", meanMs: normal.mean, sdMs: normal.sd })),
      z
        .strictObject({ lognormal: z.strictObject({ median: duration(), sigma: z.number().positive() }) })
        .transform(
          ({ lognormal }): Distribution => ({ kind: "lognormal", medianMs: lognormal.median, sigma: lognormal.sigma }),
        ),
      z
        .strictObject({ pareto: z.strictObject({ min: duration(), alpha: z.number().positive() }) })
        .transform(({ pareto }): Distribution => ({ kind: "pareto", minMs: pareto.min, alpha: pareto.alpha })),
      z
        .strictObject({ empirical: measured() })
        .transform(({ empirical }): Distribution => ({ kind: "empirical", valuesMs: empirical })),
    ])
    .meta({ title: "2s, or drawn", description: "A duration, or uniform, normal, lognormal, pareto or empirical" });

/** Durations that were measured. Who reads files puts the durations in the place of a file's name before this sees it. */
const measured = () =>
  z
    .union([z.array(duration()).min(1).max(MOST_EMPIRICAL_VALUES), z.string()])
    .meta({ description: "Durations, each as likely as the others: a list, or in a scenario a file beside it" })
    .transform((value, context) => {
      if (typeof value !== "string") return value;
      context.addIssue({
        code: "custom",
        message: "only a scenario file can name a file of durations; here, write them as a list: [200ms, 1.2s]",
      });
      return z.NEVER;
    });

/** Milliseconds, never negative. */
export function sample(from: Distribution, rng: Rng): number {
  switch (from.kind) {
    case "fixed":
      return from.ms;
    case "uniform":
      return from.minMs + (from.maxMs - from.minMs) * rng.next();
    case "normal":
      return Math.max(0, from.meanMs + from.sdMs * standardNormal(rng));
    case "lognormal":
      return from.medianMs * Math.exp(from.sigma * standardNormal(rng));
    case "pareto":
      return from.minMs / (1 - rng.next()) ** (1 / from.alpha);
    case "empirical":
      return from.valuesMs[Math.floor(rng.next() * from.valuesMs.length)] ?? 0;
  }
}

/** Box–Muller, one of the pair. */
function standardNormal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}
