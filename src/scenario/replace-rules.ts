import type { FaultRule, Phase } from "../core/scenario.ts";
import type { ActiveRule } from "./active-rule.ts";
import { matchRules } from "./match-rules.ts";

export type ActivePhases = Map<string, ActiveRule[]>;

/**
 * The rules of a changed scenario in the place of those before. One that stays equal stays itself: its counters go on,
 * its holds hold, and one that was removed by hand stays removed. Every other one ends, which releases what it holds.
 * A new rule's id says by which change it came (`storm/1@2`), so that no id means two things in one log.
 */
export function replaceRules(
  before: ActivePhases,
  phases: readonly Phase[],
  { activate, change }: { activate(rule: FaultRule): ActiveRule; change: number },
): ActivePhases {
  // All are made before any is ended: a rule that cannot be made must leave everything as it was.
  const after: ActivePhases = new Map(
    phases.map(({ name, faults }) => {
      const old = before.get(name) ?? [];
      const kept = new Map(matchRules(rulesOf(old), faults).kept.map(([one, other]) => [other, one]));
      const fresh = (rule: FaultRule) => activate(cameBy(rule, change));
      return [name, faults.map((rule) => old.find((active) => active.rule === kept.get(rule)) ?? fresh(rule))];
    }),
  );
  const staying = new Set([...after.values()].flat());
  for (const rule of [...before.values()].flat()) if (!staying.has(rule)) rule.end();
  return after;
}

/** The rule by its name in the log: `storm/1@2`. */
export function cameBy(rule: FaultRule, change: number): FaultRule {
  return { ...rule, id: `${rule.id}@${change}` };
}

function rulesOf(active: readonly ActiveRule[]): FaultRule[] {
  return active.map(({ rule }) => rule);
}
