import type { Attempt, History } from "../../core/history.ts";
import { countsRequests, DAY_MS, DIMENSIONS, type Dimension, type LimitSpec, windowMs } from "../../core/limits.ts";
import { lastCountedLimits } from "../../core/limits-held.ts";
import type { Wall } from "../../core/report.ts";
import { formatCount, formatDuration } from "../../core/units.ts";
import { takenFrom } from "../../limits/index.ts";
import { mean } from "../numbers.ts";
import { bucketOf, covers } from "./covers.ts";

/** A call that met no trouble: what the app costs when it is left alone. */
interface Undisturbed {
  durationMs: number;
  attempts: readonly Attempt[];
}

/**
 * The load that each counted dimension can sustain by arithmetic, at the mix of traffic that the run had: limit × latency /
 * (window × charge), the lowest first. Latency and charge (as that provider settles it) are means over undisturbed front-door
 * calls (served, not retried, not queued, not fallen back); without a front door, over delivered logical calls of one attempt. Of limits
 * that were changed on the way, the last ones count, also where they were taken away in the end.
 */
export function computedWalls(history: History): Wall[] {
  const sample = undisturbed(history);
  const latencyMs = mean(sample.map(({ durationMs }) => durationMs));
  if (latencyMs === undefined) return [];
  const lowest = new Map<Dimension, Wall>();
  for (const spec of lastCountedLimits(history)) {
    for (const dimension of DIMENSIONS) {
      const wall = wallOf(dimension, spec, { history, sample, latencyMs });
      const before = lowest.get(dimension);
      if (wall !== undefined && wall.concurrency < (before?.concurrency ?? Number.POSITIVE_INFINITY))
        lowest.set(dimension, wall);
    }
  }
  return [...lowest.values()].sort((a, b) => a.concurrency - b.concurrency);
}

interface Mix {
  history: History;
  sample: readonly Undisturbed[];
  latencyMs: number;
}

function wallOf(dimension: Dimension, spec: LimitSpec, { history, sample, latencyMs }: Mix): Wall | undefined {
  const limit = spec.limits[dimension];
  if (limit === undefined) return undefined;
  const charge = chargePerCall(dimension, spec, { history, sample });
  if (charge === 0) return undefined;
  const unit = countsRequests(dimension) ? "requests" : "tokens";
  const window = windowMs(dimension);
  const scale = window === DAY_MS ? (history.scenario?.clockScale ?? 1) : 1;
  const faster = scale === 1 ? "" : ` at ${formatCount(scale)} times the speed`;
  return {
    concurrency: (limit / (window / scale)) * (latencyMs / charge),
    dimension,
    because: `${formatCount(limit)} ${unit} per ${window === DAY_MS ? "day" : "minute"}${faster}, ${formatDuration(latencyMs)} and ${inWords(charge, unit)} per call`,
  };
}

function inWords(charge: number, unit: string): string {
  const rounded = Math.round(charge * 10) / 10;
  return `${rounded} ${rounded === 1 ? unit.slice(0, -1) : unit}`;
}

/** What a call takes from the fullest of a limit's buckets; calls that do not touch it count, as a part of the mix. */
function chargePerCall(dimension: Dimension, spec: LimitSpec, { history, sample }: Omit<Mix, "latencyMs">): number {
  const settle = history.scenario?.settle;
  const perBucket = new Map<string, number>();
  for (const { attempts } of sample) {
    for (const attempt of attempts) {
      if (!covers(spec, attempt)) continue;
      const bucket = bucketOf(spec, attempt);
      const taken = countsRequests(dimension) ? 1 : takenFrom(dimension, endedCall(attempt), { spec, settle });
      perBucket.set(bucket, (perBucket.get(bucket) ?? 0) + taken);
    }
  }
  return Math.max(0, ...perBucket.values()) / sample.length;
}

function endedCall({ received, usage, ended }: Attempt) {
  return {
    provider: received.provider,
    inputTokens: received.input_tokens,
    maxOutputTokens: received.max_output_tokens,
    charge: received.charge,
    usage: usage && {
      inputTokens: usage.input_tokens,
      outputTokens: usage.output_tokens,
      cachedTokens: usage.cached_tokens,
    },
    producedTokens: ended?.tokens ?? 0,
  };
}

function undisturbed({ frontDoorCalls, logicalCalls }: History): Undisturbed[] {
  const quiet: Undisturbed[] = [];
  for (const { outcome, flags, durationMs, logicalCalls: calls } of frontDoorCalls) {
    const [first] = calls;
    if (outcome !== "served" || flags.size > 0 || durationMs === undefined || first === undefined) continue;
    const attempts = calls.length === 1 ? first.attempts : calls.flatMap((call) => call.attempts);
    quiet.push({ durationMs, attempts });
  }
  if (quiet.length > 0) return quiet;
  return logicalCalls.flatMap(({ attempts }) => {
    const [only] = attempts;
    if (attempts.length !== 1 || only?.delivered !== true || only.endAtMs === undefined) return [];
    return [{ durationMs: only.endAtMs - only.headAtMs, attempts }];
  });
}
