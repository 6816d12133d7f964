import type { FrontDoorCall, LogicalCall } from "../core/history.ts";

/**
 * A call as the driver saw it, before it is judged: what it becomes then stands in it already, so that one object serves from the
 * first event to the verdict. `outcome`, `certain`, `because`, `flags` and `durationMs` mean nothing until `judgeFronts` was there;
 * `phase` is the event's until all phases are known.
 */
export type FrontDraft = { -readonly [K in keyof FrontDoorCall]: FrontDoorCall[K] } & { logicalCalls: LogicalCall[] };

/** Of those that no call was made for yet; never written to. */
export const NO_CALLS: LogicalCall[] = [];

/** Most have one call: an array that is made with it takes no room for more. */
export function addCall(draft: FrontDraft, call: LogicalCall): void {
  if (draft.logicalCalls.length === 0) draft.logicalCalls = [call];
  else draft.logicalCalls.push(call);
}
