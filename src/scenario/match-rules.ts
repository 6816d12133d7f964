import { isDeepStrictEqual } from "node:util";
import type { FaultRule, Scenario } from "../core/scenario.ts";

/** The rules of one phase before and after a change of the file. */
export interface RuleChanges {
  kept: readonly (readonly [before: FaultRule, after: FaultRule])[];
  /** The same fault with other parameters or conditions. */
  changed: readonly (readonly [before: FaultRule, after: FaultRule])[];
  added: readonly FaultRule[];
  removed: readonly FaultRule[];
}

/** Each rule is paired with its equal, wherever that stands now; what is left over, with one of the same fault, in order. */
export function matchRules(before: readonly FaultRule[], after: readonly FaultRule[]): RuleChanges {
  const same = pairUp(before, after, isSameRule);
  const similar = pairUp(same.before, same.after, (a, b) => a.fault === b.fault);
  return { kept: same.pairs, changed: similar.pairs, added: similar.after, removed: similar.before };
}

/** By name. A phase that only one of the two has is empty in the other. */
export function matchPhases(
  before: Pick<Scenario, "phases">,
  after: Pick<Scenario, "phases">,
): { name: string; changes: RuleChanges }[] {
  const rulesOf = ({ phases }: Pick<Scenario, "phases">, name: string) =>
    phases.find((phase) => phase.name === name)?.faults ?? [];
  const names = new Set([...before.phases, ...after.phases].map(({ name }) => name));
  return [...names].map((name) => ({ name, changes: matchRules(rulesOf(before, name), rulesOf(after, name)) }));
}

/** All but the id, which only says where a rule stands. */
function isSameRule({ id: _a, ...a }: FaultRule, { id: _b, ...b }: FaultRule): boolean {
  return isDeepStrictEqual(a, b);
}

function pairUp(
  before: readonly FaultRule[],
  after: readonly FaultRule[],
  fits: (a: FaultRule, b: FaultRule) => boolean,
) {
  const pairs: (readonly [FaultRule, FaultRule])[] = [];
  const left = [...before];
  const rest = after.filter((rule) => {
    const index = left.findIndex((other) => fits(other, rule));
    const [found] = index < 0 ? [] : left.splice(index, 1);
    if (found !== undefined) pairs.push([found, rule]);
    return found === undefined;
  });
  return { pairs, before: left, after: rest };
}
