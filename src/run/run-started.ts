import { EVENT_VERSION, type EventBody } from "../core/event.ts";
import type { AppFacts } from "../core/scenario.ts";
import { hasCaps } from "../spend/index.ts";
import { limitLabels } from "./limit-labels.ts";
import type { BudgetOptions, SessionOptions } from "./options.ts";
import { VERSION } from "./version.ts";

/** The first event of a log: what is played, on what, by which version. */
export function runStarted(
  options: SessionOptions,
  of: { runId: string; facts: AppFacts | undefined; upstream: EventBody<"run_started">["upstream"] },
): EventBody<"run_started"> {
  const { scenario } = options;
  return {
    type: "run_started",
    run_id: of.runId,
    name: scenario.name,
    mode: options.mode,
    seed: scenario.seed,
    scenario,
    app: of.facts ?? null,
    upstream: of.upstream,
    limits: limitLabels(scenario),
    ...(options.mix !== undefined && { mix: options.mix }),
    ...capsTold(options.budget),
    driven:
      options.mode === "run" &&
      options.loadCommand === undefined &&
      scenario.load !== undefined &&
      options.app?.frontDoor !== undefined &&
      options.appUrl !== undefined,
    reproduce: options.reproduce,
    versions: { llm_chaos: VERSION, node: process.version, event_schema: EVENT_VERSION },
  };
}

function capsTold(budget: BudgetOptions | undefined): Pick<EventBody<"run_started">, "budget"> {
  if (budget === undefined || !hasCaps(budget.caps)) return {};
  const { run, perMinute } = budget.caps;
  return { budget: { ...run, per_minute: perMinute, over: budget.over } };
}
