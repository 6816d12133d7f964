import type { FrontDoorCall, History, LoadStep } from "../core/history.ts";
import { windowMs } from "../core/limits.ts";
import type { Knee, Report, ReportedStep } from "../core/report.ts";
import { formatCount, formatDuration } from "../core/units.ts";
import { mean, percentile, sortedNumbers } from "./numbers.ts";

/** A step shows a behaviour when this share of its calls do, and at least this many. */
const KNEE_SHARE = 0.05;
const KNEE_CALLS = 3;

export function reportLoad(history: History): Report["load"] {
  const byConcurrency = Map.groupBy(history.steps, (step) => step.concurrency);
  const steps = [...byConcurrency].sort(([a], [b]) => a - b);
  const knee = (shows: (call: FrontDoorCall) => boolean) => findKnee(steps, shows);
  return {
    steps: steps.map(([concurrency, repeats]) => reportStep(concurrency, repeats)),
    computedWall: computedWall(history),
    shedsAt: knee((call) => call.outcome === "shed"),
    queuesAt: knee((call) => call.flags.has("queued")),
    breaksAt: knee((call) => call.outcome === "failed" || call.outcome === "hung" || call.outcome === "cut"),
  };
}

function reportStep(concurrency: number, repeats: readonly LoadStep[]): ReportedStep {
  const calls = repeats.flatMap((step) => step.calls);
  const count = (has: (call: FrontDoorCall) => boolean) => calls.filter(has).length;
  const durations = sortedNumbers(calls.filter((call) => call.outcome === "served").map((call) => call.durationMs));
  const doubtful = repeats.find((step) => !step.trustworthy);
  return {
    concurrency,
    repeats: repeats.length,
    served: count((call) => call.outcome === "served"),
    shed: count((call) => call.outcome === "shed"),
    failed: count((call) => call.outcome === "failed"),
    hung: count((call) => call.outcome === "hung"),
    cut: count((call) => call.outcome === "cut"),
    queued: count((call) => call.flags.has("queued")),
    retried: count((call) => call.flags.has("retried")),
    fellBack: count((call) => call.flags.has("fell_back")),
    p50Ms: percentile(durations, 0.5) ?? null,
    p95Ms: percentile(durations, 0.95) ?? null,
    trustworthy: doubtful === undefined,
    why: doubtful?.why ?? null,
  };
}

/** The lowest step that shows the behaviour in most of its repeats, with the last step below it that did not. */
function findKnee(
  steps: readonly (readonly [number, readonly LoadStep[]])[],
  shows: (call: FrontDoorCall) => boolean,
): Knee | null {
  let after: number | null = null;
  for (const [concurrency, repeats] of steps) {
    if (repeats.some((step) => !step.trustworthy)) return null;
    const showing = repeats.filter(({ calls }) => {
      const hits = calls.filter(shows).length;
      return hits >= KNEE_CALLS && hits / calls.length >= KNEE_SHARE;
    });
    if (showing.length * 2 > repeats.length) return { concurrency, after };
    after = concurrency;
  }
  return null;
}

/**
 * The load a limit can sustain by arithmetic: limit × latency / (window × charge). Latency and charge are means over undisturbed
 * front-door calls (served, not retried, not queued); without a front door, over delivered logical calls of one attempt.
 */
export function computedWall(history: History): Report["load"]["computedWall"] {
  const sample = undisturbed(history);
  if (sample.length === 0) return null;
  const latencyMs = mean(sample.map((call) => call.durationMs)) ?? 0;
  const walls = countedLimits(history).map(([dimension, limit]) => {
    const charge = mean(sample.map((call) => (dimension.startsWith("r") ? call.requests : call.tokens))) ?? 0;
    const window = windowMs(dimension);
    return {
      concurrency: charge === 0 ? Number.POSITIVE_INFINITY : (limit / window) * (latencyMs / charge),
      dimension,
      because: `${formatCount(limit)} ${dimension.startsWith("r") ? "requests" : "tokens"} per ${window === 60_000 ? "minute" : "day"}, ${formatDuration(latencyMs)} and ${formatCount(charge)} ${dimension.startsWith("r") ? "requests" : "tokens"} per call`,
    };
  });
  const tightest = walls
    .filter((wall) => Number.isFinite(wall.concurrency))
    .sort((a, b) => a.concurrency - b.concurrency)[0];
  return tightest ?? null;
}

function countedLimits(history: History): ["rpm" | "tpm" | "rpd" | "tpd", number][] {
  const found = new Map<"rpm" | "tpm" | "rpd" | "tpd", number>();
  for (const spec of history.scenario?.limits ?? []) {
    for (const dimension of ["rpm", "tpm", "rpd", "tpd"] as const) {
      const limit = spec.limits[dimension];
      if (limit !== undefined) found.set(dimension, Math.min(limit, found.get(dimension) ?? Number.POSITIVE_INFINITY));
    }
  }
  return [...found];
}

function undisturbed(history: History): { durationMs: number; requests: number; tokens: number }[] {
  const quiet = history.frontDoorCalls.filter(
    (call) =>
      call.outcome === "served" &&
      call.flags.size === 0 &&
      call.durationMs !== undefined &&
      call.logicalCalls.length > 0,
  );
  if (quiet.length > 0) {
    return quiet.map((call) => {
      const attempts = call.logicalCalls.flatMap((logical) => logical.attempts);
      return {
        durationMs: call.durationMs ?? 0,
        requests: attempts.length,
        tokens: attempts.reduce((sum, attempt) => sum + attempt.received.charge, 0),
      };
    });
  }
  return history.logicalCalls.flatMap(({ attempts }) => {
    const [only] = attempts;
    if (attempts.length !== 1 || only === undefined || !only.delivered || only.endAtMs === undefined) return [];
    return [{ durationMs: only.endAtMs - only.headAtMs, requests: 1, tokens: only.received.charge }];
  });
}
