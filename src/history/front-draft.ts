import type { LogicalCall } from "../core/history.ts";
import type { KeptFrontEnd, KeptFrontStart } from "../core/kept-events.ts";

/** A call as the driver saw it, before it is judged. */
export interface FrontDraft {
  id: string;
  phase: string;
  started: KeptFrontStart;
  firstByteAtMs: number | undefined;
  ended: KeptFrontEnd | undefined;
  logicalCalls: LogicalCall[];
}
