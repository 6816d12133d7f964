import { renameSync, rmSync, writeFileSync } from "node:fs";
import type { Scenario } from "../core/scenario.ts";
import type { EventLog } from "../history/index.ts";
import { type DecisionLedger, formatPlan, type PlannedRule } from "../scenario/index.ts";
import type { SessionOptions } from "./options.ts";

/** How many keys a warning names; the file has them all. */
const MOST_NAMED = 5;

/**
 * At the end of a run: says which decisions of the plan never came up, and writes the plan of this run. Returns why
 * that could not be written.
 */
export function settlePlan(
  ledger: DecisionLedger | undefined,
  { options, log }: { options: SessionOptions; log: EventLog },
): string | undefined {
  if (ledger === undefined) return undefined;
  if (options.plan !== undefined) {
    for (const { code, text } of differences(ledger)) {
      log.append({ type: "warning", code, text });
      options.notify(`warning: ${text}`);
    }
  }
  if (options.planOut === undefined) return undefined;
  const { name, seed } = options.scenario;
  const plan = ledger.plan({ scenario: name, seed });
  const trouble = write(options.planOut, formatPlan({ ...plan, rules: plan.rules.map(asWritten(options.scenario)) }));
  options.notify(trouble ?? `plan    ${options.planOut}`);
  return trouble;
}

function* differences(ledger: DecisionLedger): Generator<{ code: string; text: string }> {
  const missing = ledger.missing();
  if (missing.length > 0) {
    const named = missing.slice(0, MOST_NAMED).join(", ");
    const more = missing.length > MOST_NAMED ? ` and ${missing.length - MOST_NAMED} more` : "";
    const decisions = missing.length === 1 ? "1 decision" : `${missing.length} decisions`;
    yield { code: "plan_missing", text: `${decisions} of the plan did not occur: no call came for ${named}${more}` };
  }
  const unplanned = ledger.unplanned();
  if (unplanned === 0) return;
  const calls = unplanned === 1 ? "1 decision was" : `${unplanned} decisions were`;
  yield { code: "plan_unplanned", text: `${calls} not in the plan and made by the seed` };
}

/** No value from the environment is written: a rule with placeholders keeps its parameters as the file has them. */
function asWritten({ phases }: Scenario): (rule: PlannedRule) => PlannedRule {
  const params = new Map(phases.flatMap(({ faults }) => faults.map((rule) => [rule.id, rule.params])));
  return (rule) => {
    const written = params.get(rule.rule);
    return JSON.stringify(written ?? {}).includes("${") ? { ...rule, params: written } : rule;
  };
}

/** Beside its place and then moved there: half a plan is never found. */
function write(path: string, text: string): string | undefined {
  const draft = `${path}.part`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
    return undefined;
  } catch (error) {
    rmSync(draft, { force: true });
    return `--plan-out ${path} cannot be written: ${error instanceof Error ? error.message : error}`;
  }
}
