import { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { FaultRule, Scenario } from "../core/scenario.ts";
import type { DecisionPlan } from "./ledger.ts";
import { isMapValue } from "./normalise.ts";
import { readText } from "./read-text.ts";

const planSchema = z.strictObject({
  version: z.literal(1),
  scenario: z.string(),
  seed: z.int().min(0),
  rules: z.array(z.strictObject({ rule: z.string(), fault: z.string(), params: z.unknown() })),
  decisions: z.array(z.strictObject({ rule: z.string(), key: z.string(), taken: z.boolean() })),
});

/** Some millions of decisions. */
const LARGEST_PLAN = 268_435_456;

/** The plan in a file, as `--plan-out` wrote it. Throws a UserError that says what is wrong with it. */
export function readPlan(path: string): DecisionPlan {
  const text = readText(path, LARGEST_PLAN);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notAPlan(path, error instanceof Error ? error.message : String(error), error);
  }
  const result = planSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const version = isMapValue(value) ? value["version"] : undefined;
  if (typeof version === "number" && version !== 1)
    throw notAPlan(path, `its version is ${version}, and only 1 is known`);
  throw notAPlan(path, `${issue?.path.join(".") || "the file"}: ${issue?.message ?? "unreadable"}`);
}

function notAPlan(path: string, why: string, cause?: unknown): UserError {
  return new UserError(`${path} is not a plan: ${why}`, { hint: "a plan is what run --plan-out FILE writes", cause });
}

/** One decision a line, so that two plans can be compared line by line. */
export function formatPlan({ version, scenario, seed, rules, decisions }: DecisionPlan): string {
  const list = (items: readonly unknown[]) =>
    items.length === 0 ? "[]" : `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`;
  const head = Object.entries({ version, scenario, seed }).map(
    ([key, value]) => `  "${key}": ${JSON.stringify(value)},`,
  );
  return `{\n${head.join("\n")}\n  "rules": ${list(rules)},\n  "decisions": ${list(decisions)}\n}\n`;
}

/** A plan decides about rules by their place in the scenario: another scenario's would decide about something else. Throws a UserError. */
export function checkPlan(plan: DecisionPlan, { name, phases }: Pick<Scenario, "name" | "phases">): void {
  const rules = new Map<string, FaultRule>(phases.flatMap(({ faults }) => faults.map((rule) => [rule.id, rule])));
  for (const { rule, fault } of plan.rules) {
    // What was injected by hand comes, if at all, later.
    if (rule.startsWith("live-") || rules.get(rule)?.fault === fault) continue;
    const here = rules.get(rule);
    const now = here === undefined ? `${name} has no such rule` : `in ${name} that rule is ${here.fault}`;
    throw new UserError(
      `the plan is of another scenario (${plan.scenario}): it decides about ${fault} (rule ${rule}), and ${now}`,
      {
        hint: "use the scenario that the plan was written for, or write a new plan with --plan-out",
      },
    );
  }
}
