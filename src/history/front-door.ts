import type { ChaosEvent } from "../core/event.ts";
import type { FrontDoorCall, LogicalCall } from "../core/history.ts";
import { flagsOf } from "./flags.ts";
import type { FrontDoorFacts } from "./front-door-facts.ts";
import type { FrontDraft } from "./front-draft.ts";
import { outcomeOf } from "./outcome.ts";

/** Gathers each call's events and its logical calls. `phaseAt` is asked with the time at which the call began. */
export function gatherFronts(
  events: readonly ChaosEvent[],
  logicalCalls: readonly LogicalCall[],
  phaseAt: (ms: number) => string | undefined,
): FrontDraft[] {
  const drafts = new Map<string, FrontDraft>();
  for (const event of events) {
    if (event.type === "front_door_started") {
      // The driver's facts reach the log a little later: the time decides, not the envelope.
      const phase = phaseAt(event.started_at_ms) ?? event.phase;
      const draft = { id: event.front, phase, started: event, firstByteAtMs: undefined, ended: undefined };
      drafts.set(event.front, { ...draft, logicalCalls: [] });
      continue;
    }
    const draft = "front" in event ? drafts.get(event.front) : undefined;
    if (draft === undefined) continue;
    if (event.type === "front_door_first_byte") draft.firstByteAtMs ??= event.at_ms;
    else if (event.type === "front_door_ended") draft.ended ??= event;
  }
  for (const call of logicalCalls) drafts.get(call.front ?? "")?.logicalCalls.push(call);
  return [...drafts.values()];
}

/**
 * Outcome and flags of every call. A call that was still running, within its deadline, when the log ended has neither
 * and is left out.
 */
export function judgeFronts(drafts: readonly FrontDraft[], facts: FrontDoorFacts): FrontDoorCall[] {
  return drafts.flatMap((draft) => {
    const judged = outcomeOf(draft, facts);
    if (judged === undefined) return [];
    const { id, phase, started, firstByteAtMs, ended, logicalCalls } = draft;
    // From when it was due: what waited behind a slow call in an open loop waited because of the app.
    const durationMs = ended === undefined ? undefined : ended.at_ms - started.due_at_ms;
    const flags = flagsOf(draft, facts.queues);
    return [{ id, phase, started, firstByteAtMs, ended, durationMs, logicalCalls, flags, ...judged }];
  });
}
