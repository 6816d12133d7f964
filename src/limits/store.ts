import type { Bucket } from "./bucket.ts";

/** Buckets by key. Bounded, since the model name comes from the client. */
export interface BucketStore {
  get(key: string, nowMs: number, create: () => Bucket): Bucket;
  all(): Iterable<Bucket>;
  entries(): Iterable<[key: string, bucket: Bucket]>;
  readonly size: number;
}

/** Full buckets are looked for when the number has grown by this much. */
const SWEEP_EVERY = 256;

/**
 * Forgets a full bucket, which costs nothing: a new one says the same. Above `most` buckets the one unused for
 * longest is forgotten as well, with what it had counted.
 */
export function createBucketStore(most = 10_000): BucketStore {
  const buckets = new Map<string, Bucket>();
  let sweepAt = SWEEP_EVERY;

  function makeRoom(nowMs: number): void {
    if (buckets.size < Math.min(sweepAt, most)) return;
    for (const [key, bucket] of buckets) if (bucket.idle(nowMs)) buckets.delete(key);
    for (const key of buckets.keys()) {
      if (buckets.size < most) break;
      buckets.delete(key);
    }
    sweepAt = buckets.size + SWEEP_EVERY;
  }

  return {
    get(key, nowMs, create) {
      let bucket = buckets.get(key);
      if (bucket) buckets.delete(key);
      else {
        makeRoom(nowMs);
        bucket = create();
      }
      // Set again at the end: the map's order is the order of last use.
      buckets.set(key, bucket);
      return bucket;
    },
    all: () => buckets.values(),
    entries: () => buckets.entries(),
    get size() {
      return buckets.size;
    },
  };
}
