/** What `compare` says of two runs, version 1 of its `--json`. Each side is one run, or the repeats of one (`run --repeat`). */
export interface Comparison {
  version: 1;
  before: ComparedSide;
  after: ComparedSide;
  /** `mixed`: something got better and something got worse. */
  verdict: "better" | "worse" | "mixed" | "no clear change";
  /** How the two were played differently: a difference below may come from here. Empty for the same plan. */
  changedPlan: readonly PlanChange[];
  findings: readonly Finding[];
}

export interface ComparedSide {
  runIds: readonly string[];
  scenario: string;
  startedAt: string;
  verdict: "pass" | "fail" | "inconclusive";
  /** Why runs stopped early, each once. */
  stopped: readonly string[];
}

export interface PlanChange {
  /** `seed`, `limits`, `upstream`, `app commit` … */
  what: string;
  before: string;
  after: string;
}

/**
 * `changed`: another behaviour that is neither better nor worse. `no clear change`: equal, or the difference lies inside the
 * spread of the samples or of the repeats. `cannot tell`: one side did not measure it.
 */
export type Direction = "worse" | "better" | "changed" | "no clear change" | "cannot tell";

export interface Finding {
  what: string;
  before: string;
  after: string;
  direction: Direction;
  /** Why the direction is what it is; empty where the two values say it. */
  because: string;
}
