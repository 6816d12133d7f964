import { isDeepStrictEqual } from "node:util";
import type { FaultRule, Scenario } from "../core/scenario.ts";
import { explainRule } from "./explain-rule.ts";
import { matchPhases } from "./match-rules.ts";
import { type Registry, STANDARD } from "./registry.ts";

export interface ScenarioChanges {
  /** One line for each rule that came, went or changed. */
  rules: string[];
  /** Other parts of the file that differ, by their keys. */
  other: string[];
}

const OTHER = {
  name: "name",
  seed: "seed",
  limits: "limits",
  clockScale: "clock_scale",
  announce: "announce",
  settle: "settle",
  load: "load",
  abortWhen: "abort_when",
  expect: "expect",
  runbook: "runbook",
} as const satisfies Partial<Record<keyof Scenario, string>>;

/** What differs between two versions of a scenario, in words. */
export function explainChanges(
  before: Scenario,
  after: Scenario,
  { faults }: Pick<Registry, "faults"> = STANDARD,
): ScenarioChanges {
  const words = (rule: FaultRule) => explainRule(rule, faults);
  const rules = matchPhases(before, after).flatMap(({ name, changes }) => [
    ...changes.removed.map((rule) => `${name}: removed ${words(rule)}`),
    ...changes.changed.map(([old, now]) => `${name}: changed ${words(old)} → ${words(now)}`),
    ...changes.added.map((rule) => `${name}: added ${words(rule)}`),
  ]);
  const keys = Object.keys(OTHER) as (keyof typeof OTHER)[];
  const other: string[] = keys.filter((key) => !isDeepStrictEqual(before[key], after[key])).map((key) => OTHER[key]);
  if (!isDeepStrictEqual(before.phases.map(bare), after.phases.map(bare))) other.unshift("names or lengths of phases");
  return { rules, other };
}

function bare({ name, lastsMs }: Scenario["phases"][number]) {
  return { name, lastsMs };
}
