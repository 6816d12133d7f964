export { isLoopback } from "./auth.ts";
export { ChaosControl, type ChaosControlOptions, type FollowOptions } from "./chaos-control.ts";
export { type ConnectOptions, type ControlClient, ControlRefused, connectControl } from "./client.ts";
export type { ControlHost, InjectOptions, Viewer } from "./host.ts";
export { openRpcDocument, paramNames } from "./openrpc.ts";
export {
  type ControlInput,
  type ControlMethod,
  type ControlParams,
  type ControlResult,
  METHOD_NAMES,
  METHODS,
} from "./protocol.ts";
export { jsonAnswer, type Route, type RouteAnswer, type RouteRequest } from "./route.ts";
export { type ControlOptions, type RunningControl, startControl } from "./server.ts";
export type { Role, Visitor } from "./visitor.ts";
export { CONTROL_PATH, viewNotification } from "./wire.ts";
