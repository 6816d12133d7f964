/** One rule of a plan, so that whoever reads it sees what was decided about. */
export interface PlannedRule {
  rule: string;
  fault: string;
  /** With defaults filled in, in milliseconds and shares. */
  params: unknown;
}

/** Whether a rule met one call. */
export interface Decision {
  rule: string;
  /** `storm/1/#3`: the third call this rule matched; `storm/1/call-2/attempt-1`: by its place among the joined calls. */
  key: string;
  taken: boolean;
}

/** The decisions of a run by their keys; the file of `--plan-out` and `--plan`. */
export interface DecisionPlan {
  version: 1;
  scenario: string;
  seed: number;
  rules: readonly PlannedRule[];
  decisions: readonly Decision[];
}

/** Remembers every decision of a run, and takes those of a plan again. */
export interface DecisionLedger {
  /** Undefined: not in the plan, so the seed decides. */
  planned(key: string): boolean | undefined;
  note(rule: PlannedRule, decision: Decision): void;
  /** Of this run so far. */
  plan(of: { scenario: string; seed: number }): DecisionPlan;
  /** Keys of the plan for which no call came. */
  missing(): string[];
  /** Decisions of this run that the plan does not hold. */
  unplanned(): number;
}

/** Holds one short entry for each call and rule, so it is made only when a plan is read or written. */
export function createLedger(given?: DecisionPlan): DecisionLedger {
  const wanted = new Map(given?.decisions.map(({ key, taken }) => [key, taken]));
  const rules = new Map<string, PlannedRule>();
  const made = new Map<string, Decision>();
  return {
    planned: (key) => wanted.get(key),
    note(rule, decision) {
      rules.set(rule.rule, rule);
      made.set(decision.key, decision);
    },
    plan: ({ scenario, seed }) => ({
      version: 1,
      scenario,
      seed,
      rules: [...rules.values()],
      decisions: [...made.values()],
    }),
    missing: () => [...wanted.keys()].filter((key) => !made.has(key)),
    unplanned: () => [...made.keys()].filter((key) => !wanted.has(key)).length,
  };
}
