import type { FrontDoorCall } from "../../core/history.ts";
import { type Levels, levelsOf } from "../../core/in-flight.ts";

/** The number of calls open at the front door as steps, in time order. At equal times ends come before beginnings. */
export function callerLevels(calls: readonly FrontDoorCall[]): Levels {
  return levelsOf(
    Float64Array.from(calls, ({ started }) => started.started_at_ms),
    Float64Array.from(calls, ({ ended }) => ended?.at_ms ?? Number.POSITIVE_INFINITY),
  );
}
