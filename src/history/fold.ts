import type { ChaosEvent } from "../core/event.ts";
import type { History } from "../core/history.ts";
import { ambiguousShare } from "../core/links.ts";
import type { AppFacts, Scenario } from "../core/scenario.ts";
import { foldAttempts } from "./attempts.ts";
import { gatherFronts, judgeFronts } from "./front-door.ts";
import { foldLogicalCalls } from "./joins.ts";
import { foldPhases, phaseFinder } from "./phases.ts";
import { baselineOf, watchQueues } from "./queueing.ts";
import { findRepetitions } from "./repetitions.ts";
import { foldSteps } from "./steps.ts";
import { findTruncatedAnswers } from "./truncated-answers.ts";

/** The three levels (front-door call ⊃ logical call ⊃ attempt) from the events alone. Costs n log n. Never throws on valid events. */
export function foldHistory(all: readonly ChaosEvent[]): History {
  const run = all.find((event) => event.type === "run_started");
  const loaded = all.findLast((event) => event.type === "scenario_loaded");
  // Who loads another scenario into a proxy asks about that one: what was before it is another story in the same log.
  const events = loaded === undefined ? all : all.slice(all.indexOf(loaded));
  const scenario = ((loaded ?? run)?.scenario ?? undefined) as Scenario | undefined;
  const app = (run?.app ?? undefined) as AppFacts | undefined;
  const lastMs = events.reduce((last, { t_ms }) => Math.max(last, t_ms), 0);
  const phases = foldPhases(events, lastMs);
  const attempts = foldAttempts(events);
  const logicalCalls = foldLogicalCalls(attempts, events);
  const drafts = gatherFronts(events, logicalCalls, phaseFinder(phases));
  const joined = new Set(drafts.flatMap((draft) => draft.logicalCalls.flatMap((call) => call.attempts)));
  const faulty = new Set((scenario?.phases ?? []).filter(({ faults }) => faults.length > 0).map(({ name }) => name));
  const queues = watchQueues(attempts, drafts, { lastMs, isBaseline: baselineOf(phases, faulty, drafts) });
  const frontDoorCalls = judgeFronts(drafts, {
    app,
    lastMs,
    joinsSeen: joined.size > 0,
    repeatedWithin: findRepetitions(logicalCalls),
    truncated: findTruncatedAnswers(attempts, joined),
    queues,
  });
  return {
    run,
    scenario,
    app,
    phases,
    attempts,
    logicalCalls,
    frontDoorCalls,
    steps: foldSteps(events, frontDoorCalls),
    loadTool: events.findLast((event) => event.type === "load_tool"),
    selfDelays: events.filter((event) => event.type === "self_delay"),
    warnings: events.filter((event) => event.type === "warning"),
    ended: events.findLast((event) => event.type === "run_ended"),
    lastMs,
    ambiguousShare: ambiguousShare(logicalCalls),
    queueRule: queues.rule,
  };
}
