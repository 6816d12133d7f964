import type { ChaosEvent } from "../core/event.ts";
import type { Attempt } from "../core/history.ts";

/**
 * The front-door call an attempt was made for, by the trace or the call id that our driver sent.
 * A trace that the driver did not send tells nothing: instrumentation may open one per request.
 */
export function frontFinder(events: readonly ChaosEvent[]): (attempt: Attempt) => string | undefined {
  const byTrace = new Map<string, string>();
  const byCallId = new Map<string, string>();
  for (const event of events) {
    if (event.type !== "front_door_started") continue;
    if (event.trace_id !== "") byTrace.set(event.trace_id, event.front);
    if (event.call_id !== "") byCallId.set(event.call_id, event.front);
  }
  return ({ received: { joins } }) => byTrace.get(joins.trace_id ?? "") ?? byCallId.get(joins.call_id ?? "");
}
