import type { Judgement } from "../../core/expectation.ts";
import type { History } from "../../core/history.ts";
import { formatShare } from "../../core/units.ts";
import { inconclusive } from "./judgements.ts";

/** With more doubtful links than this, what counts as a retry is a guess. */
const MOST_AMBIGUOUS = 0.2;

/** The verdict of a rule about retries when too many links are doubtful; undefined when they are good enough. */
export function tooAmbiguous({ ambiguousShare }: History): Judgement | undefined {
  if (ambiguousShare <= MOST_AMBIGUOUS) return undefined;
  return inconclusive(
    `${formatShare(ambiguousShare)} of the links between requests are doubtful: equal prompts may be retries or new calls. ` +
      "Let the app send an Idempotency-Key per call or pass on traceparent, or put {{call_id}} into the front door's prompts",
  );
}
