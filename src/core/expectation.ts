import type { ZodType } from "zod";
import type { History } from "./history.ts";

export type Verdict = "pass" | "fail" | "inconclusive";

export interface Evidence {
  /** One sentence. */
  note: string;
  /** Sequence numbers of the events that prove it. */
  events: readonly number[];
  got?: string;
  wanted?: string;
}

export interface Judgement {
  verdict: Verdict;
  /** The rule's measured value in one line: "41 of 41 waits respected", "1.3 attempts per call". */
  summary: string;
  evidence: readonly Evidence[];
  /** The subject was never seen: `if_unseen` may change the verdict. */
  unseen?: true;
}

/** Pure: reads a finished history (already narrowed to `in:` and `where:`), returns a judgement. Throwing makes it inconclusive. */
export interface Expectation<Params = unknown> {
  /** The word users type; the file has the same name. */
  readonly name: string;
  /** One sentence: holds when … */
  readonly summary: string;
  /** Needs the driver's view of the front door. */
  readonly needsFrontDoor: boolean;
  readonly params: ZodType<Params>;
  /** The rule with its numbers, for people: "attempts per call ≤ 1.5". */
  explain(params: Params): string;
  /** `history` holds only what `in:` and `where:` select, except `phases`, `run` and `app`; `whole` is everything. */
  check(params: Params, history: History, whole: History): Judgement;
}

/** Fail is worse than inconclusive, which is worse than pass. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  let result: Verdict = "pass";
  for (const verdict of verdicts) {
    if (verdict === "fail") return "fail";
    if (verdict === "inconclusive") result = "inconclusive";
  }
  return result;
}
