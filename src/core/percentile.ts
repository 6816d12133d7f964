/** Nearest rank over values in any order; undefined without values. `share` 0.95 is the 95th percentile. */
export function percentile(values: readonly number[], share: number): number | undefined {
  // Numbers of a typed array are compared as numbers, without a call for each comparison.
  const sorted = new Float64Array(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
