import type { Evidence, Judgement } from "../../core/expectation.ts";
import type { History, LogicalCall } from "../../core/history.ts";
import { adviceOnLinks, CERTAIN } from "../../core/links.ts";
import { formatShare } from "../../core/units.ts";
import { inconclusive } from "./judgements.ts";

/** With more doubtful links than this, what counts as a retry is a guess. */
const MOST_AMBIGUOUS = 0.2;

/** The verdict of a rule about retries when too many links are doubtful; undefined when they are good enough. */
export function tooAmbiguous(history: History): Judgement | undefined {
  if (history.ambiguousShare <= MOST_AMBIGUOUS) return undefined;
  const byId = callsById(history);
  return inconclusive(
    `${formatShare(history.ambiguousShare)} of the links between requests are doubtful: equal prompts may be retries or new calls. To make it certain, ${adviceOnLinks(history)}`,
    history.logicalCalls.flatMap((call) => [...doubtsOf(call), ...doubtOfOrigin(call, byId)]),
  );
}

function doubtsOf({ attempts, links }: LogicalCall): Evidence[] {
  return links.flatMap(({ from, to, by, confidence }, i) => {
    if (confidence >= CERTAIN) return [];
    const events = attempts.slice(i, i + 2).map(({ received }) => received.seq);
    const note = `${to} may be a retry of ${from}, or a new call`;
    return [{ note, events, ...compared(confidence, `by ${by.replace("_", " ")}`) }];
  });
}

function callsById({ logicalCalls }: History): ReadonlyMap<string, LogicalCall> {
  return new Map(logicalCalls.map((call) => [call.id, call]));
}

function doubtOfOrigin(
  { follows, attempts: [first] }: LogicalCall,
  byId: ReadonlyMap<string, LogicalCall>,
): Evidence[] {
  if (follows === undefined || follows.confidence >= CERTAIN || first === undefined) return [];
  const before = byId.get(follows.logical)?.attempts.at(-1);
  const events = before === undefined ? [first.received.seq] : [before.received.seq, first.received.seq];
  const note = `${first.call} may be a ${follows.kind} of ${before?.call ?? "an earlier call"}, or a new call`;
  return [{ note, events, ...compared(follows.confidence, "by its prompt") }];
}

function compared(confidence: number, by: string): Pick<Evidence, "got" | "wanted"> {
  return { got: `${formatShare(confidence)} sure, ${by}`, wanted: `≥ ${formatShare(CERTAIN)} sure` };
}
