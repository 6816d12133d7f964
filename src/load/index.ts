export { type DriverOptions, type RunningDriver, startDriver } from "./driver.ts";
export type { StepNotice, TrustLimits } from "./protocol.ts";
export { rampSteps } from "./ramp.ts";
