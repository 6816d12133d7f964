import type { Distribution } from "../core/distribution.ts";

/** Below this many values their own list says as much as a curve. */
const LEAST_FOR_A_CURVE = 20;
/** How far a curve may lie beside what was measured, at each of the shares that are checked. */
const TOLERANCE = 0.15;
const CHECKED = [0.1, 0.25, 0.75, 0.9, 0.95] as const;
/** Values of a list that stands for a measured distribution: half a percent apart. */
const LISTED = 200;
/** The standard normal distribution's value at 90 %. */
const Z90 = 1.2816;

/**
 * A lognormal where it lies beside the measured quantiles, since it says something between and beyond them; else the
 * measured values themselves. Undefined without values. The unit is the values' own.
 */
export function fitDistribution(values: readonly number[]): Distribution | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  if (most - least <= 0.01 * most) return { kind: "fixed", ms: quantile(sorted, 0.5) };
  const curve = sorted.length < LEAST_FOR_A_CURVE ? undefined : lognormal(sorted);
  return curve ?? { kind: "empirical", valuesMs: listed(sorted) };
}

/** Of sorted values, between the two that are nearest. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

function lognormal(sorted: readonly number[]): Distribution | undefined {
  const [p10, median, p90] = [0.1, 0.5, 0.9].map((share) => quantile(sorted, share)) as [number, number, number];
  if (p10 <= 0) return undefined;
  const sigma = Math.log(p90 / p10) / (2 * Z90);
  const fits = CHECKED.every((share) => {
    const measured = quantile(sorted, share);
    const curve = median * Math.exp(sigma * normalQuantile(share));
    return Math.abs(curve - measured) <= TOLERANCE * measured;
  });
  return fits && sigma > 0 ? { kind: "lognormal", medianMs: median, sigma } : undefined;
}

const NORMAL: Readonly<Record<(typeof CHECKED)[number], number>> = {
  0.1: -Z90,
  0.25: -0.6745,
  0.75: 0.6745,
  0.9: Z90,
  0.95: 1.6449,
};
const normalQuantile = (share: (typeof CHECKED)[number]) => NORMAL[share];

/** The middles of as many equal shares. */
function listed(sorted: readonly number[]): number[] {
  const count = Math.min(LISTED, sorted.length);
  return Array.from({ length: count }, (_, i) => quantile(sorted, (i + 0.5) / count));
}
