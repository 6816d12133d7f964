import type { FrontDoorCall } from "../../core/history.ts";
import type { Level } from "../../core/in-flight.ts";

/** The number of calls open at the front door as steps, in time order. At equal times ends come before beginnings. */
export function callerLevels(calls: readonly FrontDoorCall[]): Level[] {
  const changes = calls.flatMap(({ started, ended }) => [
    { atMs: started.started_at_ms, by: 1 },
    { atMs: ended?.at_ms ?? Number.POSITIVE_INFINITY, by: -1 },
  ]);
  changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let level = 0;
  return changes.map(({ atMs, by }) => {
    level += by;
    return { atMs, level };
  });
}
