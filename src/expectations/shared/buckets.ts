import type { Attempt, History } from "../../core/history.ts";
import { DAY_MS, type LimitSpec, MINUTE_MS } from "../../core/limits.ts";
import { limitsAt } from "../../core/limits-held.ts";
import { matchesGlob } from "../../core/text.ts";

/** An admitted attempt in a counted bucket. */
export interface Use {
  attempt: Attempt;
  atMs: number;
  /** After its own charge. */
  used: number;
}

/** What one counted bucket read over the run, in order of time. */
export interface Bucket {
  dimension: string;
  limit: number;
  /** Milliseconds in which it refills. */
  windowMs: number;
  uses: readonly Use[];
  /** The attempts it could have refused. */
  key: string;
}

/** The counted buckets that the attempts met, told apart as the scenario's limits count them. */
export function bucketsOf(attempts: readonly Attempt[], history: History): Bucket[] {
  const buckets = new Map<string, Bucket & { uses: Use[] }>();
  const scale = history.scenario?.clockScale ?? 1;
  for (const attempt of attempts) {
    const specs = limitsAt(history, attempt.admitted?.seq ?? 0);
    for (const { dimension, limit, used } of attempt.admitted?.readings ?? []) {
      const spec = specs.find((one) => counts(one, attempt, { dimension, limit }));
      const key = `${dimension} ${limit} ${placeOf(spec, attempt)}`;
      const windowMs = dimension.endsWith("d") ? DAY_MS / scale : MINUTE_MS;
      const bucket = buckets.get(key) ?? { dimension, limit, windowMs, uses: [], key };
      buckets.set(key, bucket);
      bucket.uses.push({ attempt, atMs: attempt.headAtMs, used });
    }
  }
  return [...buckets.values()];
}

/**
 * Which attempts share a refused one's wall: those with an equal place. A counted refusal is as wide as its limit; of
 * others nobody said how wide they are, and the narrowest, one key on one model, wrongs no app.
 */
export function wallPlace(history: History, refused: Attempt): (attempt: Attempt) => boolean {
  const { dimension = "", limit = 0, origin, seq = 0 } = refused.refused ?? {};
  const specs = origin === "counted" ? limitsAt(history, seq) : [];
  const spec = specs.find((one) => counts(one, refused, { dimension, limit }));
  const place = placeOf(spec, refused);
  return (attempt) => coversModel(spec, attempt) && placeOf(spec, attempt) === place;
}

function counts(
  { provider, limits, ...spec }: LimitSpec,
  attempt: Attempt,
  { dimension, limit }: { dimension: string; limit: number },
): boolean {
  const known: Readonly<Record<string, number | undefined>> = limits;
  if (known[dimension] !== limit || !coversModel(spec, attempt)) return false;
  return provider === undefined || provider === attempt.received.provider;
}

function coversModel(spec: Pick<LimitSpec, "model" | "models"> | undefined, { received }: Attempt): boolean {
  if (spec?.models !== undefined) return spec.models.some((pattern) => matchesGlob(pattern, received.model));
  return spec?.model === undefined || spec.model === received.model;
}

function placeOf(spec: LimitSpec | undefined, { received: { provider, key_hash, model } }: Attempt): string {
  if (spec?.per === "all") return provider;
  if (spec?.per === "key") return `${provider} ${key_hash}`;
  return `${provider} ${key_hash} ${spec?.models === undefined ? model : spec.label}`;
}

/** Share of the limit that is left at a time after a use, when nobody else charges. */
export function remainingShare({ limit, windowMs }: Bucket, { used, atMs }: Use, ms: number): number {
  const refilled = ((ms - atMs) * limit) / windowMs;
  return 1 - Math.max(0, used - refilled) / limit;
}

/** The largest share of any limit that was in use. */
export function peakUse(buckets: readonly Bucket[]): { share: number; dimension: string; use: Use } | undefined {
  let peak: { share: number; dimension: string; use: Use } | undefined;
  for (const { dimension, limit, uses } of buckets)
    for (const use of uses) {
      const share = use.used / limit;
      if (peak === undefined || share > peak.share) peak = { share, dimension, use };
    }
  return peak;
}
