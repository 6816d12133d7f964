/** The value below which this share of the sorted values lies (nearest rank); undefined without values. */
export function percentile(sorted: ArrayLike<number>, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

/** Numbers of a typed array are compared as numbers, without a call for each comparison. */
export function sortedNumbers(values: readonly (number | undefined)[]): Float64Array {
  const numbers = new Float64Array(values.length);
  let count = 0;
  for (const value of values) if (value !== undefined) numbers[count++] = value;
  return numbers.subarray(0, count).sort();
}

export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
