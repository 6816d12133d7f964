import type { History, LogicalCall } from "./history.ts";

/** From this confidence on a link counts as certain. */
export const CERTAIN = 0.9;

/** Share of links that are not certain, of all links (retries, fallbacks and continuations); 0 without links. */
export function ambiguousShare(calls: readonly LogicalCall[]): number {
  let all = 0;
  let ambiguous = 0;
  for (const call of calls) {
    for (const { confidence } of linksOf(call)) {
      all += 1;
      if (confidence < CERTAIN) ambiguous += 1;
    }
  }
  return all === 0 ? 0 : ambiguous / all;
}

function linksOf({ links, follows }: LogicalCall): readonly { confidence: number }[] {
  return follows === undefined ? links : [...links, follows];
}

/** What the app should send so that its requests can be joined: the mark that this run did without. A whole clause. */
export function adviceOnLinks({
  frontDoorCalls,
  logicalCalls,
}: Pick<History, "frontDoorCalls" | "logicalCalls">): string {
  const driven = frontDoorCalls.length > 0;
  const doubtful = logicalCalls.filter((call) => linksOf(call).some(({ confidence }) => confidence < CERTAIN));
  const unjoined = (doubtful.length > 0 ? doubtful : logicalCalls).filter(({ front }) => front === undefined).length;
  const identity = "send an Idempotency-Key with each call to the provider, the same one for all its retries";
  if (driven && unjoined > 0)
    return "let the app pass on to the provider the traceparent header that it is called with, or put {{call_id}} into the front door's body in the app file";
  if (driven) return `let the app ${identity} (traceparent came through, but does not part its calls)`;
  const traced = logicalCalls.some(({ attempts }) =>
    attempts.some(({ received }) => received.joins.trace_id !== undefined),
  );
  return traced
    ? `let the app ${identity} (each request has a traceparent of its own, which joins nothing)`
    : `let the app ${identity}, or one traceparent for all requests of one user's call`;
}
