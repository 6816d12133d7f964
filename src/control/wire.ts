import type { ChaosEvent } from "../core/event.ts";

/** What crosses the control channel, as TypeScript types and numbers: a page can share it without carrying the schemas. */
export const CONTROL_PATH = "/control";

/** JSON-RPC 2.0 error codes; the last two are ours. */
export const RpcErrorCode = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** Understood, but not possible now. */
  refused: -32000,
  /** Known, but spectators only read. */
  forbidden: -32001,
} as const;

export type RpcId = string | number | null;

export interface RpcError {
  code: number;
  message: string;
  data?: RpcErrorData;
}

export interface RpcErrorData {
  /** What was probably meant, or what to do. */
  hint?: string;
  /** Everything that is wrong in a text that was sent, with its place. */
  problems?: readonly { line: number; column: number; message: string; hint?: string; severity: "error" | "warning" }[];
}

export type RpcResponse =
  | { jsonrpc: "2.0"; id: RpcId; result: unknown }
  | { jsonrpc: "2.0"; id: RpcId; error: RpcError };

/** An event of the log, with its sequence number. */
export interface EventNotification {
  jsonrpc: "2.0";
  method: "event";
  params: ChaosEvent;
}

/** A step of the run's picture: a ViewMessage (src/dashboard/patch.ts). */
export interface ViewNotification {
  jsonrpc: "2.0";
  method: "view";
  params: unknown;
}

/** The bytes of a `view` notification around a ViewMessage in JSON: made once, sent to all who watch. */
export function viewNotification(message: string): Uint8Array {
  return new TextEncoder().encode(`{"jsonrpc":"2.0","method":"view","params":${message}}`);
}

/** Why a connection was closed, as WebSocket close codes. */
export const CloseCode = {
  /** The program ends. */
  goingAway: 1001,
  /** The page's session ended; log in again. */
  loggedOut: 4001,
  /** A subscriber did not read fast enough; it may come back with `since`. */
  tooSlow: 1013,
} as const;
