import { UserError } from "../core/errors.ts";
import { type DecisionPlan, readPlan } from "../scenario/index.ts";
import { checkOutFile } from "./out-file.ts";

export interface PlanFiles {
  plan: string | undefined;
  planOut: string | undefined;
}

/** Reads `--plan`. Refuses here what would only be noticed when the run is over: a place that cannot take `--plan-out`. */
export function openPlan(files: PlanFiles | undefined, seed: number | undefined): DecisionPlan | undefined {
  if (files?.planOut !== undefined) checkOutFile("--plan-out", files.planOut);
  if (files?.plan === undefined) return undefined;
  const plan = readPlan(files.plan);
  if (seed !== undefined && seed !== plan.seed) {
    throw new UserError(`--seed ${seed} and --plan ${files.plan} disagree: that plan was made with seed ${plan.seed}`, {
      hint: "leave out --seed; the seed of the plan is used",
    });
  }
  return plan;
}
