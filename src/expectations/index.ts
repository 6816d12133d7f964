import type { Expectation } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import type { ReportedExpectation } from "../core/report.ts";
import { degradesBy } from "./degrades_by.ts";
import { judgeWith } from "./judge.ts";
import { maxInFlight } from "./max_in_flight.ts";
import { noHang } from "./no_hang.ts";
import { recovers } from "./recovers.ts";
import { retryAfterHonoured } from "./retry_after_honoured.ts";
import { retryAmplification } from "./retry_amplification.ts";
import { successRate } from "./success_rate.ts";
import { truncationNoticed } from "./truncation_noticed.ts";

const all = [
  retryAfterHonoured,
  retryAmplification,
  maxInFlight,
  degradesBy,
  noHang,
  truncationNoticed,
  recovers,
  successRate,
];

/** Every expectation by the word users type. */
export const expectations: ReadonlyMap<string, Expectation> = new Map(
  all.map((expectation): [string, Expectation] => [expectation.name, expectation as Expectation]),
);

/** The verdicts on a run, in the order of its scenario. */
export const judge = (history: History): ReportedExpectation[] => judgeWith(expectations, history);
