export type { Destination } from "./destination.ts";
export type { Logger, ProxyOptions, ProxyTimeouts, RunningProxy, StartOptions } from "./options.ts";
export { startProxy } from "./server.ts";
