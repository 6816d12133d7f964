import type { Evidence, Judgement } from "../../core/expectation.ts";
import type { History, LogicalCall } from "../../core/history.ts";
import { CERTAIN } from "../../core/links.ts";
import { formatShare } from "../../core/units.ts";
import { inconclusive } from "./judgements.ts";

/** With more doubtful links than this, what counts as a retry is a guess. */
const MOST_AMBIGUOUS = 0.2;

/** The verdict of a rule about retries when too many links are doubtful; undefined when they are good enough. */
export function tooAmbiguous({ ambiguousShare, logicalCalls }: History): Judgement | undefined {
  if (ambiguousShare <= MOST_AMBIGUOUS) return undefined;
  return inconclusive(
    `${formatShare(ambiguousShare)} of the links between requests are doubtful: equal prompts may be retries or new calls. ` +
      "Let the app send an Idempotency-Key per call or pass on traceparent, or put {{call_id}} into the front door's prompts",
    logicalCalls.flatMap(doubtsOf),
  );
}

function doubtsOf({ attempts, links }: LogicalCall): Evidence[] {
  return links.flatMap(({ from, to, by, confidence }, i) => {
    if (confidence >= CERTAIN) return [];
    const events = attempts.slice(i, i + 2).map(({ received }) => received.seq);
    const got = `${formatShare(confidence)} sure, by ${by.replace("_", " ")}`;
    return [
      { note: `${to} may be a retry of ${from}, or a new call`, events, got, wanted: `≥ ${formatShare(CERTAIN)} sure` },
    ];
  });
}
