export { type ControlClient, connectControl } from "./client.ts";
export type { ControlHost, InjectOptions } from "./host.ts";
export { CONTROL_PATH, type ControlMethod, METHOD_PARAMS } from "./protocol.ts";
export { jsonAnswer, type Route, type RouteAnswer, type RouteRequest } from "./route.ts";
export { type ControlOptions, type RunningControl, startControl } from "./server.ts";
export type { Role, Visitor } from "./visitor.ts";
