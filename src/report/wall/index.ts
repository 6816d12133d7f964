export { reportLimitChanges } from "./changes.ts";
export { computedWalls } from "./computed.ts";
export { reportLimits, reportRefusals } from "./limits.ts";
export { reportSettlement } from "./settlement.ts";
export { reportUtilisation } from "./utilisation.ts";
