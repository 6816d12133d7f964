import { UserError } from "../core/errors.ts";
import type { CallFacts, ChosenFault, Fault } from "../core/fault.ts";
import type { Rng } from "../core/rng.ts";
import type { FaultRule } from "../core/scenario.ts";
import { explainRule } from "./explain-rule.ts";
import type { DecisionLedger } from "./ledger.ts";
import { matches } from "./match.ts";
import { isWait } from "./shadowed.ts";

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
  { faults, rng, ledger }: { faults: ReadonlyMap<string, Fault>; rng: Rng; ledger?: DecisionLedger | undefined },
): ActiveRule {
  const fault = faults.get(rule.fault);
  if (fault === undefined) throw new UserError(`there is no fault "${rule.fault}" (rule ${rule.id})`);
  const parsed = fault.params.safeParse(rule.params ?? {});
  if (!parsed.success) {
    const hint = "a scenario is played with its placeholders filled in";
    throw new UserError(`the parameters of ${rule.fault} (rule ${rule.id}) cannot be read`, { hint });
  }
  const params = parsed.data;
  const revoked = new AbortController();
  const placeOf = createPlaces();
  let ordinal = 0;
  let hits = 0;
  const draw = (ownRng: Rng) =>
    isCounted(rule, ordinal) &&
    ownRng.fork("chance").next() < rule.chance &&
    (rule.atMost === undefined || hits < rule.atMost);
  return {
    rule,
    explained: explainRule(rule, faults),
    decide(facts, loses) {
      if (fault.onlyStreams === true && !facts.call.stream) return undefined;
      if (!matches(rule.where, facts)) return undefined;
      ordinal++;
      const decision = `${rule.id}/${facts.joined === undefined ? `#${ordinal}` : placeOf(facts.joined)}`;
      const ownRng = rng.fork(decision);
      const taken = ledger?.planned(decision) ?? draw(ownRng);
      ledger?.note({ rule: rule.id, fault: rule.fault, params }, { rule: rule.id, key: decision, taken });
      if (!taken) return undefined;
      if (!loses || isWait(fault)) hits++;
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

/** Calls further back than this are not retried any more. */
const CALLS_REMEMBERED = 10_000;

/**
 * The same key gives the same decision. A joined call is addressed by its place among the joined calls this rule
 * matched, and its attempt: a retry's fate does not depend on what came in between. Not by its identity, since SDKs
 * make up a new one for each call of each run.
 */
function createPlaces(): (joined: NonNullable<CallFacts["joined"]>) => string {
  const places = new Map<string, number>();
  let calls = 0;
  return ({ logical, attempt }) => {
    const place = places.get(logical) ?? ++calls;
    places.delete(logical);
    places.set(logical, place);
    if (places.size > CALLS_REMEMBERED) places.delete(places.keys().next().value ?? "");
    return `call-${place}/attempt-${attempt}`;
  };
}
