import type { ChaosEvent } from "../core/event.ts";
import type { LogicalCall } from "../core/history.ts";

/** A call as the driver saw it, before it is judged. */
export interface FrontDraft {
  id: string;
  phase: string;
  started: ChaosEvent<"front_door_started">;
  firstByteAtMs: number | undefined;
  ended: ChaosEvent<"front_door_ended"> | undefined;
  logicalCalls: LogicalCall[];
}
