/** The session's clock; the load driver's process makes its own on the same axis. */
export { createSystemClock } from "../clock/index.ts";
