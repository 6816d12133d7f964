import { isDeepStrictEqual } from "node:util";
import type { AdmissionRequest, DimensionReading, LimitSpec } from "../core/limits.ts";
import { matchesGlob } from "../core/text.ts";
import { type Bucket, type BucketRules, createBucket } from "./bucket.ts";
import { type BucketStore, createBucketStore } from "./store.ts";

/** One row of the limits with the buckets it counts in. */
export interface Row {
  readonly spec: LimitSpec;
  readonly rules: BucketRules;
  readonly store: BucketStore;
  /** How its dimensions read before any call. */
  readonly untouched: readonly DimensionReading[];
  matches(request: AdmissionRequest): boolean;
  bucketFor(request: AdmissionRequest, nowMs: number): Bucket;
  drainToOneCall(nowMs: number): void;
  /** Counts what was used of a row that this one takes the place of. */
  inherit(before: Row, nowMs: number): void;
}

/**
 * Rows that stay equal stay themselves. One that changed goes on with what was used so far, so that a change gives nobody
 * a full bucket; what running calls reserved of it stays used.
 */
export function replaceRows(
  before: readonly Row[],
  specs: readonly LimitSpec[],
  { rules, nowMs }: { rules: BucketRules; nowMs: number },
): Row[] {
  const bare = ({ wallMs: _, ...rest }: BucketRules) => rest;
  const same = (row: Row, spec: LimitSpec) => isDeepStrictEqual([row.spec, bare(row.rules)], [spec, bare(rules)]);
  return specs.map((spec) => {
    const kept = before.find((row) => same(row, spec));
    if (kept !== undefined) return kept;
    const fresh = createRow(spec, rules);
    const changed = before.find((row) => isDeepStrictEqual(meaningOf(row.spec), meaningOf(spec)));
    if (changed !== undefined) fresh.inherit(changed, nowMs);
    return fresh;
  });
}

/** What a row counts, apart from how much of it there may be. */
function meaningOf({ provider, model, models, per }: LimitSpec) {
  return { provider, model, models, per };
}

export function createRow(spec: LimitSpec, rules: BucketRules): Row {
  let drainedAtMs: number | undefined;

  /** A drain meets buckets that nobody has used yet as well: they start as they would be by now. */
  function create({ provider, charge }: AdmissionRequest, nowMs: number): Bucket {
    if (drainedAtMs === undefined) return createBucket(spec, rules, { provider, nowMs });
    const bucket = createBucket(spec, rules, { provider, nowMs: drainedAtMs });
    bucket.drainToOneCall(drainedAtMs, charge);
    return bucket;
  }

  const store = createBucketStore();
  return {
    spec,
    rules,
    store,
    untouched: createBucket(spec, rules, { provider: spec.provider ?? "", nowMs: 0 }).readings(0),
    matches: ({ provider, model }) =>
      (spec.provider === undefined || spec.provider === provider) && coversModel(spec, model),
    bucketFor(request, nowMs) {
      return store.get(keyOf(spec, request), nowMs, () => create(request, nowMs));
    },
    drainToOneCall(nowMs) {
      drainedAtMs = nowMs;
      for (const bucket of store.all()) bucket.drainToOneCall(nowMs);
    },
    inherit(before, nowMs) {
      for (const [key, bucket] of before.store.entries()) {
        const provider = key.split(" ", 1)[0] ?? "";
        const heir = store.get(key, nowMs, () => createBucket(spec, rules, { provider, nowMs }));
        heir.preload(bucket.readings(nowMs), nowMs);
      }
    },
  };
}

function coversModel({ model, models }: LimitSpec, called: string): boolean {
  if (models === undefined) return model === undefined || model === called;
  return models.some((pattern) => matchesGlob(pattern, called));
}

/** The provider belongs to the key: two providers never share a wall. The models of a class do. */
function keyOf({ per, model: named, models }: LimitSpec, { provider, keyHash, model }: AdmissionRequest): string {
  if (per === "all") return provider;
  if (per === "key") return `${provider} ${keyHash}`;
  return `${provider} ${keyHash} ${models === undefined ? model : named}`;
}
