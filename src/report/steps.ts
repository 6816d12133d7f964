import type { FrontDoorCall, History, LoadStep } from "../core/history.ts";
import { mostRepeatsShow, stepShows } from "../core/ramp.ts";
import type { Knee, Report, ReportedStep } from "../core/report.ts";
import { percentile, sortedNumbers } from "./numbers.ts";
import { computedWalls } from "./wall/index.ts";

type Step = readonly [concurrency: number, repeats: readonly LoadStep[]];

export function reportLoad(history: History): Report["load"] {
  const regular = history.steps.filter((step) => !isTriedAgain(step, history));
  const byConcurrency = Map.groupBy(regular, (step) => step.concurrency);
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
    comesBack: comesBack(history),
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

/**
 * The lowest step that shows the behaviour in most of its repeats, with the last step below it that did not. Doubtful steps are passed
 * over: a climb ends at one, so nothing follows; a search leaves one between two that can be trusted.
 */
function findKnee(steps: readonly Step[], shows: (call: FrontDoorCall) => boolean): Knee | null {
  let after: number | null = null;
  for (const [concurrency, repeats] of steps) {
    if (repeats.some((step) => !step.trustworthy) || repeats.every(({ calls }) => calls.length === 0)) continue;
    const shown = repeats.map(({ calls }) => stepShows({ hits: calls.filter(shows).length, of: calls.length }));
    if (mostRepeatsShow(shown)) return { concurrency, after };
    after = concurrency;
  }
  return null;
}

/** A load that was carried on the way up, tried once more when the climb was over: its number is behind all regular repeats. */
function isTriedAgain({ repeat }: LoadStep, { scenario }: History): boolean {
  return scenario?.load?.kind === "ramp" && repeat > scenario.load.repeats;
}

function comesBack(history: History): Report["load"]["comesBack"] {
  const again = history.steps.find((step) => isTriedAgain(step, history));
  if (again?.trustworthy !== true || again.calls.length === 0) return null;
  const before = history.steps.slice(0, history.steps.indexOf(again));
  const after = Math.max(...before.map(({ concurrency }) => concurrency));
  const first = before.find(({ concurrency }) => concurrency === again.concurrency);
  return {
    concurrency: again.concurrency,
    after,
    held: !losesCalls(again) || (first !== undefined && losesCalls(first)),
  };
}

function losesCalls({ calls }: LoadStep): boolean {
  return stepShows({ hits: calls.filter(({ outcome }) => outcome !== "served").length, of: calls.length });
}
