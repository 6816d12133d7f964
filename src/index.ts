/** The public face for programs: `import { startChaos } from "llm-chaos"`. Everything else is inside. */

export {
  ChaosControl,
  type ChaosControlOptions,
  type ControlClient,
  connectControl,
  type FollowOptions,
} from "./control/index.ts";
export { InvalidFileError, UserError } from "./core/errors.ts";
export type { ChaosEvent } from "./core/event.ts";
export type { History } from "./core/history.ts";
export type { ReportedExpectation } from "./core/report.ts";
export { type Chaos, type ChaosOptions, type FaultInput, startChaos } from "./run/chaos.ts";
