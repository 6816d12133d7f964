import type { Attempt, History } from "../core/history.ts";
import { DAY_MS, DIMENSIONS, type LimitSpec, windowMs } from "../core/limits.ts";
import type { Report } from "../core/report.ts";
import { matchesGlob } from "../core/text.ts";
import { formatCount, formatDuration } from "../core/units.ts";
import { mean } from "./numbers.ts";

type Dimension = (typeof DIMENSIONS)[number];

/** A call that met no trouble: what the app costs when it is left alone. */
interface Undisturbed {
  durationMs: number;
  attempts: readonly Attempt[];
}

/**
 * The load a limit can sustain by arithmetic: limit × latency / (window × charge). Latency and charge (as settled) are means over undisturbed
 * front-door calls (served, not retried, not queued); without a front door, over delivered logical calls of one attempt.
 */
export function computedWall(history: History): Report["load"]["computedWall"] {
  const sample = undisturbed(history);
  const latencyMs = mean(sample.map(({ durationMs }) => durationMs));
  if (latencyMs === undefined) return null;
  const clockScale = history.scenario?.clockScale ?? 1;
  const settles = history.scenario?.settle !== "reserve";
  const walls = countedLimits(history, sample).flatMap(([dimension, limit]) => {
    const unit = dimension.startsWith("r") ? "requests" : "tokens";
    const costOf = (attempt: Attempt) => (unit === "requests" ? 1 : tokensOf(attempt, { settles, dimension }));
    const charge = mean(sample.map(({ attempts }) => attempts.reduce((sum, attempt) => sum + costOf(attempt), 0))) ?? 0;
    if (charge === 0) return [];
    const window = windowMs(dimension);
    const scale = window === DAY_MS ? clockScale : 1;
    const faster = scale === 1 ? "" : ` at ${formatCount(scale)} times the speed`;
    return [
      {
        concurrency: (limit / (window / scale)) * (latencyMs / charge),
        dimension,
        because: `${formatCount(limit)} ${unit} per ${window === DAY_MS ? "day" : "minute"}${faster}, ${formatDuration(latencyMs)} and ${inWords(charge, unit)} per call`,
      },
    ];
  });
  return walls.toSorted((a, b) => a.concurrency - b.concurrency)[0] ?? null;
}

function inWords(charge: number, unit: string): string {
  const rounded = Math.round(charge * 10) / 10;
  return `${rounded} ${rounded === 1 ? unit.slice(0, -1) : unit}`;
}

/** What an ended call took from the bucket: its usage where it was told, else what it was charged at its beginning. */
function tokensOf({ received, usage, ended }: Attempt, by: { settles: boolean; dimension: Dimension }): number {
  if (by.dimension === "itpm") return (usage?.input_tokens ?? received.input_tokens) - (usage?.cached_tokens ?? 0);
  if (by.dimension === "otpm") return usage?.output_tokens ?? ended?.tokens ?? 0;
  return by.settles && usage !== undefined ? usage.input_tokens + usage.output_tokens : received.charge;
}

/** The smallest number of each dimension among the limits that these calls fall under. */
function countedLimits({ scenario }: History, sample: readonly Undisturbed[]): [Dimension, number][] {
  const models = new Set(sample.flatMap(({ attempts }) => attempts.map(({ received }) => received.model)));
  const found = new Map<Dimension, number>();
  for (const spec of scenario?.limits ?? []) {
    if (!coversAny(spec, models)) continue;
    for (const dimension of DIMENSIONS) {
      const limit = spec.limits[dimension];
      if (limit !== undefined) found.set(dimension, Math.min(limit, found.get(dimension) ?? Number.POSITIVE_INFINITY));
    }
  }
  return [...found];
}

function coversAny(spec: LimitSpec, called: ReadonlySet<string>): boolean {
  const names = spec.models ?? (spec.model === undefined ? undefined : [spec.model]);
  return names === undefined || [...called].some((model) => names.some((name) => matchesGlob(name, model)));
}

function undisturbed({ frontDoorCalls, logicalCalls }: History): Undisturbed[] {
  const quiet = frontDoorCalls.flatMap(({ outcome, flags, durationMs, logicalCalls: calls }) =>
    outcome === "served" && flags.size === 0 && durationMs !== undefined && calls.length > 0
      ? [{ durationMs, attempts: calls.flatMap((call) => call.attempts) }]
      : [],
  );
  if (quiet.length > 0) return quiet;
  return logicalCalls.flatMap(({ attempts }) => {
    const [only] = attempts;
    if (attempts.length !== 1 || only?.delivered !== true || only.endAtMs === undefined) return [];
    return [{ durationMs: only.endAtMs - only.headAtMs, attempts }];
  });
}
