import type { Expectation } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import type { ReportedExpectation } from "../core/report.ts";
import type { ExpectationSpec } from "../core/scenario.ts";
import { attemptsPerCall } from "./attempts_per_call.ts";
import { backoff } from "./backoff.ts";
import { degradesBy } from "./degrades_by.ts";
import { fallsBack } from "./falls_back.ts";
import { goodput } from "./goodput.ts";
import { dependsOnFrontDoor, judgeWith } from "./judge.ts";
import { maxInFlight } from "./max_in_flight.ts";
import { noHang } from "./no_hang.ts";
import { noHerd } from "./no_herd.ts";
import { noLeak } from "./no_leak.ts";
import { noWrongRetries } from "./no_wrong_retries.ts";
import { noZombies } from "./no_zombies.ts";
import { pausesOthers } from "./pauses_others.ts";
import { queues } from "./queues.ts";
import { recovers } from "./recovers.ts";
import { retryAfterHonoured } from "./retry_after_honoured.ts";
import { retryAmplification } from "./retry_amplification.ts";
import { retryBudget } from "./retry_budget.ts";
import { returnsFromFallback } from "./returns_from_fallback.ts";
import { sheds } from "./sheds.ts";
import { slowsBeforeWall } from "./slows_before_wall.ts";
import { spend } from "./spend.ts";
import { successRate } from "./success_rate.ts";
import { truncationNoticed } from "./truncation_noticed.ts";
import { ttft } from "./ttft.ts";

const all = [
  retryAfterHonoured,
  pausesOthers,
  backoff,
  retryAmplification,
  attemptsPerCall,
  retryBudget,
  noHerd,
  noWrongRetries,
  maxInFlight,
  slowsBeforeWall,
  sheds,
  queues,
  fallsBack,
  degradesBy,
  returnsFromFallback,
  noHang,
  truncationNoticed,
  recovers,
  successRate,
  goodput,
  noLeak,
  noZombies,
  ttft,
  spend,
];

export { recoveryOf } from "./shared/recovery.ts";

/** Every expectation by the word users type. */
export const expectations: ReadonlyMap<string, Expectation> = new Map(
  all.map((expectation): [string, Expectation] => [expectation.name, expectation as Expectation]),
);

/** The verdicts on a run, in the order of its scenario. */
export const judge = (history: History): ReportedExpectation[] => judgeWith(expectations, history);

/** Names of a scenario's expectations that nobody can judge while the front door is unseen, each once. */
export function needingFrontDoor(expect: readonly ExpectationSpec[]): string[] {
  const names = expect
    .filter(({ name, params }) => {
      const expectation = expectations.get(name);
      return expectation !== undefined && dependsOnFrontDoor(expectation, params);
    })
    .map(({ name }) => name);
  return [...new Set(names)];
}
