/** Each bucket is this much wider than the one before: a quantile is right within 2 %. */
const GROWTH = 1.02;
const LEAST = 0.01;

/** Quantiles of many values in little memory: counts in buckets that grow with the value. */
export function createQuantiles() {
  const buckets = new Map<number, number>();
  let count = 0;
  return {
    add(value: number): void {
      const bucket = Math.max(0, Math.ceil(Math.log(Math.max(value, LEAST) / LEAST) / Math.log(GROWTH)));
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      count++;
    },
    /** Undefined without values. `share` 0.95 is the 95th percentile. */
    at(share: number): number | undefined {
      let left = Math.max(1, Math.ceil(share * count));
      for (const [bucket, held] of [...buckets].sort(([a], [b]) => a - b)) {
        left -= held;
        if (left <= 0) return LEAST * GROWTH ** bucket;
      }
      return undefined;
    },
  };
}
