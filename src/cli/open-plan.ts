import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../core/errors.ts";
import { type DecisionPlan, readPlan } from "../scenario/index.ts";

export interface PlanFiles {
  plan: string | undefined;
  planOut: string | undefined;
}

/** Reads `--plan`. Refuses here what would only be noticed when the run is over: a place that cannot take `--plan-out`. */
export function openPlan(files: PlanFiles | undefined, seed: number | undefined): DecisionPlan | undefined {
  if (files?.planOut !== undefined) checkPlace(files.planOut);
  if (files?.plan === undefined) return undefined;
  const plan = readPlan(files.plan);
  if (seed !== undefined && seed !== plan.seed) {
    throw new UserError(`--seed ${seed} and --plan ${files.plan} disagree: that plan was made with seed ${plan.seed}`, {
      hint: "leave out --seed; the seed of the plan is used",
    });
  }
  return plan;
}

function checkPlace(path: string): void {
  const folder = dirname(resolve(path));
  const hint = "name a file in a folder that exists";
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UserError(`--plan-out ${path}: there is no folder ${folder}`, { hint });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UserError(`--plan-out ${path} is a folder`, { hint });
}
