import type { Verdict } from "./expectation.ts";

/** summary.json of `run --repeat`, version 1: the verdict over all repeats and where each one is. Keys are as in report.json. */
export interface RepeatSummary {
  version: 1;
  scenario: string;
  /** How many were wanted; fewer in `runs` when the series was stopped. */
  repeats: number;
  /** The worst of all repeats: what fails once in three times fails. */
  verdict: Verdict;
  /** Null, or why the series ended early. */
  stopped: string | null;
  expectations: readonly RepeatedExpectation[];
  runs: readonly {
    run_id: string;
    /** Relative to the summary's folder. */
    folder: string;
    seed: number;
    verdict: Verdict;
    stopped: string | null;
    reproduce: string;
  }[];
  /** The command that plays the whole series again. */
  reproduce: string;
}

export interface RepeatedExpectation {
  name: string;
  explained: string;
  phase: string | null;
  /** The worst of its repeats. */
  verdict: Verdict;
  held: number;
  broken: number;
  not_judged: number;
  /** It held in some repeats and was broken in others. */
  flaky: boolean;
}
