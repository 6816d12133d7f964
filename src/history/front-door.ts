import type { FrontDoorCall } from "../core/history.ts";
import { flagsOf } from "./flags.ts";
import type { FrontDoorFacts } from "./front-door-facts.ts";
import type { FrontDraft } from "./front-draft.ts";
import { outcomeOf } from "./outcome.ts";

/**
 * Outcome and flags of every call. A call that was still running, within its deadline, when the log ended has neither
 * and is left out.
 */
export function judgeFronts(drafts: readonly FrontDraft[], facts: FrontDoorFacts): FrontDoorCall[] {
  const calls: FrontDoorCall[] = [];
  for (const draft of drafts) {
    const judged = outcomeOf(draft, facts);
    if (judged === undefined) continue;
    const { started, ended } = draft;
    // From when it was due: what waited behind a slow call in an open loop waited because of the app.
    draft.durationMs = ended === undefined ? undefined : ended.at_ms - started.due_at_ms;
    draft.flags = flagsOf(draft, facts.queues);
    draft.outcome = judged.outcome;
    draft.certain = judged.certain;
    draft.because = judged.because;
    calls.push(draft);
  }
  return calls;
}
