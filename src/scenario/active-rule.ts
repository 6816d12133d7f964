import { UserError } from "../core/errors.ts";
import type { CallFacts, ChosenFault, Fault } from "../core/fault.ts";
import type { Rng } from "../core/rng.ts";
import type { FaultRule } from "../core/scenario.ts";
import { explainRule } from "./explain-rule.ts";
import { matches } from "./match.ts";

/** One rule with what it counts. State belongs here, never to the fault. */
export interface ActiveRule {
  readonly rule: FaultRule;
  readonly explained: string;
  /** `loses`: an earlier fault ends this call, so being chosen uses nothing up. */
  decide(facts: CallFacts, loses: boolean): ChosenFault | undefined;
  hits(): number;
  end(): void;
  ended(): boolean;
}

export function createActiveRule(
  rule: FaultRule,
  { faults, rng }: { faults: ReadonlyMap<string, Fault>; rng: Rng },
): ActiveRule {
  const fault = faults.get(rule.fault);
  if (fault === undefined) throw new UserError(`there is no fault "${rule.fault}" (rule ${rule.id})`);
  const parsed = fault.params.safeParse(rule.params ?? {});
  if (!parsed.success) {
    const hint = "a scenario is played with its placeholders filled in";
    throw new UserError(`the parameters of ${rule.fault} (rule ${rule.id}) cannot be read`, { hint });
  }
  const revoked = new AbortController();
  let ordinal = 0;
  let hits = 0;
  return {
    rule,
    explained: explainRule(rule, faults),
    decide(facts, loses) {
      if (!matches(rule.where, facts)) return undefined;
      ordinal++;
      if (!isCounted(rule, ordinal)) return undefined;
      const decision = decisionKey(rule, facts, ordinal);
      const ownRng = rng.fork(decision);
      if (ownRng.fork("chance").next() >= rule.chance) return undefined;
      if (rule.atMost !== undefined && hits >= rule.atMost) return undefined;
      if (!loses) hits++;
      const params = parsed.data;
      return { rule: rule.id, fault, params, decision, rng: ownRng.fork("plan"), revoked: revoked.signal };
    },
    hits: () => hits,
    end: () => revoked.abort(),
    ended: () => revoked.signal.aborted,
  };
}

function isCounted({ where: { nth, first } }: FaultRule, ordinal: number): boolean {
  return (nth === undefined || ordinal % nth === 0) && (first === undefined || ordinal <= first);
}

/**
 * The same key gives the same decision. A joined call is addressed by what it is, so that its fate does not depend on
 * what came in between; any other by its place among the calls this rule matched.
 */
function decisionKey(rule: FaultRule, { joined }: CallFacts, ordinal: number): string {
  return joined === undefined ? `${rule.id}/#${ordinal}` : `${rule.id}/${joined.logical}/attempt-${joined.attempt}`;
}
