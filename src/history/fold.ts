import type { ChaosEvent } from "../core/event.ts";
import type { History } from "../core/history.ts";
import type { LimitSpec } from "../core/limits.ts";
import { ambiguousShare } from "../core/links.ts";
import type { AppFacts, Scenario } from "../core/scenario.ts";
import { AttemptFold, type CallEvent } from "./attempts.ts";
import { judgeFronts } from "./front-door.ts";
import { type FrontEvent, FrontFold } from "./fronts.ts";
import { foldLogicalCalls } from "./joins.ts";
import { PhaseFold, phaseFinder } from "./phases.ts";
import { baselineOf, watchQueues } from "./queueing.ts";
import { findRepetitions } from "./repetitions.ts";
import { StepFold } from "./steps.ts";
import { findTruncatedAnswers } from "./truncated-answers.ts";

/** A history while its events come in. Of each call only what the history needs is kept. */
export interface HistoryFold {
  add(event: ChaosEvent): void;
  /** What was added so far. Asked again after more events it gives all of them; what it gave before is then no longer right. */
  finish(): History;
}

/** The three levels (front-door call ⊃ logical call ⊃ attempt) from the events alone. Costs n log n. Never throws on valid events. */
export function foldHistory(events: Iterable<ChaosEvent>): History {
  const fold = createHistoryFold();
  for (const event of events) fold.add(event);
  return fold.finish();
}

export function createHistoryFold(): HistoryFold {
  let run: ChaosEvent<"run_started"> | undefined;
  let loaded: ChaosEvent<"scenario_loaded"> | undefined;
  let story = new Story();
  return {
    add(event) {
      if (event.type === "run_started") run ??= event;
      else if (event.type === "scenario_loaded") {
        // Who loads another scenario into a proxy asks about that one: what was before it is another story in the same log.
        loaded = event;
        story = new Story();
      }
      story.add(event);
    },
    finish: () => story.finish(run, ((loaded ?? run)?.scenario ?? undefined) as Scenario | undefined),
  };
}

/** Asked of every event: of many shapes, a property is read several times as fast as `in` finds it. */
function isOfCall(event: ChaosEvent): event is CallEvent {
  return (event as Partial<CallEvent>).call !== undefined;
}

function isOfFront(event: ChaosEvent): event is FrontEvent {
  return (event as Partial<FrontEvent>).front !== undefined;
}

/** Everything that was told of one scenario. */
class Story {
  readonly #phases = new PhaseFold();
  readonly #attempts = new AttemptFold();
  readonly #fronts = new FrontFold();
  readonly #steps = new StepFold();
  readonly #selfDelays: ChaosEvent<"self_delay">[] = [];
  readonly #warnings: ChaosEvent<"warning">[] = [];
  readonly #commands: string[] = [];
  readonly #limitChanges: History["limitChanges"][number][] = [];
  #loadTool: ChaosEvent<"load_tool"> | undefined;
  #ended: ChaosEvent<"run_ended"> | undefined;
  #lastMs = 0;

  add(event: ChaosEvent): void {
    if (event.t_ms > this.#lastMs) this.#lastMs = event.t_ms;
    // What is most frequent first.
    if (isOfCall(event)) this.#attempts.add(event);
    else if (isOfFront(event)) this.#fronts.add(event);
    else if (event.type === "self_delay") this.#selfDelays.push(event);
    else if (event.type === "warning") this.#warnings.push(event);
    else if (event.type === "load_tool") this.#loadTool = event;
    else if (event.type === "limits_changed") this.#limitsChanged(event);
    else if (event.type === "command") this.#commands.push(event.method);
    else if (event.type === "run_ended") this.#ended = event;
    else if ("concurrency" in event) this.#steps.add(event);
    else this.#phases.add(event);
  }

  #limitsChanged({ seq, t_ms: atMs, rows }: ChaosEvent<"limits_changed">): void {
    this.#limitChanges.push({ seq, atMs, limits: Array.isArray(rows) ? (rows as readonly LimitSpec[]) : [] });
  }

  finish(run: ChaosEvent<"run_started"> | undefined, scenario: Scenario | undefined): History {
    const lastMs = this.#lastMs;
    const app = (run?.app ?? undefined) as AppFacts | undefined;
    const phases = this.#phases.finish(lastMs);
    const attempts = this.#attempts.finish();
    const drafts = this.#fronts.finish(phaseFinder(phases));
    const logicalCalls = foldLogicalCalls(attempts, this.#fronts.draftOf);
    const faulty = new Set((scenario?.phases ?? []).filter(({ faults }) => faults.length > 0).map(({ name }) => name));
    const queues = watchQueues(attempts, drafts, { lastMs, isBaseline: baselineOf(phases, faulty, drafts) });
    const frontDoorCalls = judgeFronts(drafts, {
      app,
      lastMs,
      joinsSeen: drafts.some((draft) => draft.logicalCalls.length > 0),
      repeatedWithin: findRepetitions(logicalCalls),
      truncated: findTruncatedAnswers(attempts, drafts),
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
      steps: this.#steps.finish(frontDoorCalls),
      loadTool: this.#loadTool,
      limitChanges: this.#limitChanges,
      commands: this.#commands,
      selfDelays: this.#selfDelays,
      warnings: this.#warnings,
      ended: this.#ended,
      lastMs,
      ambiguousShare: ambiguousShare(logicalCalls),
      queueRule: queues.rule,
    };
  }
}
