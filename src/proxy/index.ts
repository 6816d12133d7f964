export type { Logger, ProxyOptions, ProxyTimeouts, RunningProxy } from "./options.ts";
export { startProxy } from "./server.ts";
