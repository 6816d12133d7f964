export { type ControlClient, connectControl } from "./client.ts";
export type { ControlHost, InjectOptions } from "./host.ts";
export { CONTROL_PATH, type ControlMethod, METHOD_PARAMS } from "./protocol.ts";
export { type ControlOptions, type RunningControl, startControl } from "./server.ts";
