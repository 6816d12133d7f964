import type { Evidence, Judgement } from "../../core/expectation.ts";

/** More would bury the first ones; the summary says how many there are. */
export const MOST_EVIDENCE = 5;

export const pass = (summary: string, evidence: readonly Evidence[] = []): Judgement => ({
  verdict: "pass",
  summary,
  evidence: evidence.slice(0, MOST_EVIDENCE),
});

export const fail = (summary: string, evidence: readonly Evidence[]): Judgement => ({
  verdict: "fail",
  summary,
  evidence: evidence.slice(0, MOST_EVIDENCE),
});

export const inconclusive = (summary: string, evidence: readonly Evidence[] = []): Judgement => ({
  verdict: "inconclusive",
  summary,
  evidence: evidence.slice(0, MOST_EVIDENCE),
});

/** The subject did not occur: `if_unseen` may turn it into a pass or a fail. */
export const unseen = (summary: string): Judgement => ({ ...inconclusive(summary), unseen: true });
