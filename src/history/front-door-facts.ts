import type { AppFacts } from "../core/scenario.ts";
import type { QueueWatch } from "./queueing.ts";
import type { TruncatedAnswers } from "./truncated-answers.ts";

/** What the whole run says that one call's outcome depends on. */
export interface FrontDoorFacts {
  app: AppFacts | undefined;
  lastMs: number;
  /** Some attempt of the run could be joined to a front-door call; else the app passes no mark on. */
  joinsSeen: boolean;
  /** Some attempt that joined to no front-door call was repeated in that time. Milliseconds. */
  repeatedWithin(fromMs: number, toMs: number): boolean;
  truncated: TruncatedAnswers;
  queues: QueueWatch;
}
