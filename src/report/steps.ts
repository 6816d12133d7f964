import type { FrontDoorCall, History, LoadStep } from "../core/history.ts";
import type { Knee, Report, ReportedStep } from "../core/report.ts";
import { percentile, sortedNumbers } from "./numbers.ts";
import { computedWalls } from "./wall/index.ts";

/** A step shows a behaviour when this share of its calls do, and at least this many. */
const KNEE_SHARE = 0.05;
const KNEE_CALLS = 3;

export function reportLoad(history: History): Report["load"] {
  const byConcurrency = Map.groupBy(history.steps, (step) => step.concurrency);
  const steps = [...byConcurrency].sort(([a], [b]) => a - b);
  const knee = (shows: (call: FrontDoorCall) => boolean) => findKnee(steps, shows);
  const walls = computedWalls(history);
  return {
    steps: steps.map(([concurrency, repeats]) => reportStep(concurrency, repeats)),
    startsAtWall: history.scenario?.load?.kind === "ramp" && history.scenario.load.start === "at_wall",
    computedWall: walls[0] ?? null,
    walls,
    shedsAt: knee((call) => call.outcome === "shed"),
    queuesAt: knee((call) => call.flags.has("queued")),
    retriesAt: knee((call) => call.flags.has("retried")),
    fallsBackAt: knee((call) => call.flags.has("fell_back")),
    tool: toolEnd(history),
    breaksAt: knee((call) => call.outcome === "failed" || call.outcome === "hung" || call.outcome === "cut"),
  };
}

function toolEnd({ loadTool }: History): Report["load"]["tool"] {
  return loadTool === undefined ? null : { code: loadTool.code ?? null, signal: loadTool.signal ?? null };
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
    if (repeats.every(({ calls }) => calls.length === 0)) continue;
    const showing = repeats.filter(({ calls }) => {
      const hits = calls.filter(shows).length;
      return hits >= KNEE_CALLS && hits / calls.length >= KNEE_SHARE;
    });
    if (showing.length * 2 > repeats.length) return { concurrency, after };
    after = concurrency;
  }
  return null;
}
