export { type DriverOptions, type RunningDriver, startDriver } from "./driver.ts";
export type { KeyPrint, StepNotice, TrustLimits } from "./protocol.ts";
