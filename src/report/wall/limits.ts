import type { History } from "../../core/history.ts";
import type { LimitSpec } from "../../core/limits.ts";
import { limitsAt } from "../../core/limits-held.ts";
import type { Report } from "../../core/report.ts";

interface Peak {
  limit: number;
  peakShare: number;
  hit: boolean;
  /** The event that shows it. */
  seq: number;
}

/** Each counted dimension: its limit, how full it got, whether it was met. Fullest first. */
export function reportLimits(history: History): Report["limits"] {
  const peaks = new Map<string, Peak>();
  const see = (dimension: string, seen: Peak) => {
    const peak = peaks.get(dimension);
    if (peak === undefined) peaks.set(dimension, seen);
    else {
      const { limit, peakShare, seq } = seen;
      if (peakShare > peak.peakShare) Object.assign(peak, { limit, peakShare, seq });
      peak.hit ||= seen.hit;
    }
  };
  for (const { admitted, refused } of history.attempts) {
    for (const reading of admitted?.readings ?? []) {
      const peakShare = reading.used / reading.limit;
      see(reading.dimension, { limit: reading.limit, peakShare, hit: false, seq: admitted?.seq ?? 0 });
    }
    if (refused?.origin === "counted" && refused.dimension !== undefined && refused.limit !== undefined) {
      see(refused.dimension, {
        limit: refused.limit,
        peakShare: Math.max(1, (refused.used ?? 0) / refused.limit),
        hit: true,
        seq: refused.seq,
      });
    }
  }
  const hits = firstHits(history);
  return [...peaks]
    .map(([dimension, { limit, peakShare, hit, seq }]) => ({
      dimension,
      limit,
      peakShare,
      hit,
      firstHit: hits.get(dimension) ?? null,
      ...provenance({ dimension, limit }, limitsAt(history, seq)),
    }))
    .sort((a, b) => b.peakShare - a.peakShare);
}

/** The first refusal over each counted dimension, with the ramp's step in which its front-door call was made. */
function firstHits({
  attempts,
  frontDoorCalls,
}: History): Map<string, NonNullable<Report["limits"][number]["firstHit"]>> {
  const hits = new Map<string, NonNullable<Report["limits"][number]["firstHit"]>>();
  const calls = new Map<string, string>();
  for (const { call, refused } of attempts) {
    if (refused?.origin !== "counted" || refused.dimension === undefined) continue;
    const before = hits.get(refused.dimension);
    if (before !== undefined && before.seq <= refused.seq) continue;
    hits.set(refused.dimension, { atMs: refused.t_ms, concurrency: null, seq: refused.seq });
    calls.set(refused.dimension, call);
  }
  for (const [dimension, hit] of hits) {
    const call = calls.get(dimension);
    const front = frontDoorCalls.find(({ logicalCalls }) =>
      logicalCalls.some((logical) => logical.attempts.some((attempt) => attempt.call === call)),
    );
    hit.concurrency = front?.started.step ?? null;
  }
  return hits;
}

/** Two models may have the same dimension: the number tells whose it is. */
function provenance(
  { dimension, limit }: { dimension: string; limit: number },
  specs: readonly LimitSpec[],
): { label: string; source: string | null; date: string | null } {
  const of = ({ limits }: LimitSpec) => (limits as Readonly<Record<string, number>>)[dimension];
  const spec = specs.find((one) => of(one) === limit) ?? specs.find((one) => of(one) !== undefined);
  return { label: spec?.label ?? "", source: spec?.source ?? null, date: spec?.date ?? null };
}

/** Refusals of every origin, grouped by what they said. Most frequent first. */
export function reportRefusals(history: History): Report["refusals"] {
  const groups = new Map<string, Report["refusals"][number]>();
  for (const { refused, received } of history.attempts) {
    if (refused === undefined) continue;
    const key = `${refused.origin} ${received.provider} ${refused.trouble} ${refused.status} ${refused.dimension}`;
    const group = groups.get(key);
    const announced = refused.announced_ms;
    if (group === undefined) {
      groups.set(key, {
        origin: refused.origin,
        provider: received.provider,
        trouble: refused.trouble,
        status: refused.status,
        dimension: refused.dimension ?? null,
        count: 1,
        announcedMs: announced === undefined ? null : { min: announced, max: announced },
        firstSeq: refused.seq,
      });
    } else {
      group.count++;
      if (announced !== undefined) {
        group.announcedMs = {
          min: Math.min(group.announcedMs?.min ?? announced, announced),
          max: Math.max(group.announcedMs?.max ?? 0, announced),
        };
      }
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
