import type { Clock } from "../core/clock.ts";
import type { LlmCall } from "../core/dialect.ts";
import type { Dimension, LimitSpec, RefusalDimension } from "../core/limits.ts";
import { createRng, type Rng } from "../core/rng.ts";
import type { Scenario } from "../core/scenario.ts";
import { matchesGlob } from "../core/text.ts";
import { createEventLog, type EventLog } from "../history/index.ts";
import { createLimiter, defaultLimit, type LiveLimiter } from "../limits/index.ts";
import {
  cameBy,
  createChooser,
  createLedger,
  createTimeline,
  type DecisionLedger,
  type LiveChooser,
  type Timeline,
} from "../scenario/index.ts";
import type { SessionOptions } from "./options.ts";

/** The log and everything that depends on the phase: limits, faults, the timeline. */
export interface Weather {
  log: EventLog;
  limiter: LiveLimiter;
  /** What a scripted refusal displays as the limit: the scenario's own number for the model, else a documented default. */
  limitOf(call: Pick<LlmCall, "model">, dimension: RefusalDimension): number;
  chooser: LiveChooser;
  /** Undefined: no plan is read or written. */
  ledger: DecisionLedger | undefined;
  timeline: Timeline;
  phase(): string;
  setPhase(name: string): void;
  /** The scenario as it is played now; `limits` as they were set last. */
  playing(): Scenario;
  /** Another scenario in its place; its phases wait. Returns how many were loaded so far. */
  load(next: { scenario: Scenario; filled: Scenario }): number;
  setLimits(limits: readonly LimitSpec[]): void;
}

export function createWeather(options: SessionOptions, parts: { clock: Clock; rng: Rng; eventsPath: string }): Weather {
  let { scenario } = options;
  let loads = 0;
  const { clock } = parts;
  // A run warms up before its first phase, which nobody judges; a proxy is in use from its first call on.
  let phase = scenario.phases.length > 0 && options.mode === "run" ? "startup" : "live";
  const log = createEventLog({ path: parts.eventsPath, clock, phase: () => phase });
  const planned = options.plan !== undefined || options.planOut !== undefined;
  const ledger = planned ? createLedger(options.plan) : undefined;
  const rng = parts.rng.fork("faults");
  const chooser = createChooser({ scenario: options.filled, phase: () => phase, rng, clock, ledger });
  for (const fault of options.faults) chooser.inject(fault, { ttlMs: Number.POSITIVE_INFINITY });
  const limiter = createLimiter({ ...limitRules(scenario), clock });
  const timeline = createTimeline({
    phases: scenario.phases,
    clock,
    onPhase(started, ended) {
      if (ended !== undefined) log.append({ type: "phase_ended", name: ended.name });
      phase = started?.name ?? "drain";
      if (started === undefined) return;
      const lasts = started.lastsMs === undefined ? {} : { lasts_ms: started.lastsMs };
      log.append({ type: "phase_started", name: started.name, index: scenario.phases.indexOf(started), ...lasts });
    },
  });
  return {
    log,
    limiter,
    limitOf: (call, dimension) => limitOf(scenario.limits, call.model, dimension),
    chooser,
    ledger,
    timeline,
    phase: () => phase,
    setPhase: (name) => {
      phase = name;
    },
    playing: () => scenario,
    load(next) {
      const change = chooser.load(next.filled, createRng(next.scenario.seed).fork("faults"));
      // By the names under which the log will tell of its rules.
      const phases = next.scenario.phases.map((one) => ({
        ...one,
        faults: one.faults.map((rule) => cameBy(rule, change)),
      }));
      scenario = { ...next.scenario, phases };
      timeline.load(phases);
      // Through nothing at all: what the scenario before used up is not this one's.
      limiter.replace({ specs: [] });
      limiter.replace(limitRules(scenario));
      phase = "live";
      return ++loads;
    },
    setLimits(limits) {
      scenario = { ...scenario, limits };
      limiter.replace(limitRules(scenario));
    },
  };
}

function limitRules({ limits, clockScale, announce, settle }: Scenario) {
  return { specs: limits, clockScale, announce, ...(settle !== undefined && { settle }) };
}

function limitOf(specs: readonly LimitSpec[], model: string, dimension: RefusalDimension): number {
  const covers = (spec: LimitSpec) => (spec.models ?? [spec.model ?? "*"]).some((name) => matchesGlob(name, model));
  const spec = specs.find((candidate) => covers(candidate) && dimension in candidate.limits);
  return spec?.limits[dimension as Dimension] ?? defaultLimit(dimension);
}
