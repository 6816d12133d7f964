import { z } from "zod";
import { type ChaosEvent, EVENT_TYPES, type EventType } from "../core/event.ts";
import { duration, share } from "../core/schema.ts";

/**
 * What both ends of the control channel agree on: JSON-RPC 2.0 over one WebSocket. Nothing of Node in here, so that
 * a page can share it.
 */
export const CONTROL_PATH = "/control";

/** An injected fault ends by itself: a forgotten one must not outlive the game day. */
const DEFAULT_TTL = "10m";
const LONGEST_TTL_MS = 86_400_000;

const nothing = z.strictObject({});
const eventTypes = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];

/** The parameters of every method. Also the list of methods. */
export const METHOD_PARAMS = {
  /** What runs now. */
  status: nothing,
  /** One fault as in a scenario, `{ "stall": { "after": … } }` or its YAML text. Answers `{ id, ends_at_ms }`. */
  "fault.inject": z.strictObject({
    fault: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
    where: z.record(z.string(), z.unknown()).optional(),
    chance: share()
      .refine((value) => value <= 1, "a chance is at most 100%")
      .optional(),
    ttl: duration()
      .refine((ms) => ms > 0 && ms <= LONGEST_TTL_MS, "a ttl is more than 0 and at most 24h")
      .prefault(DEFAULT_TTL),
  }),
  /** Answers `{ removed }`; false when there is no such fault any more. */
  "fault.remove": z.strictObject({ id: z.string().min(1) }),
  /** Faults and virtual limits off, held bytes released, scenario and load stopped. */
  panic: nothing,
  /** Answers `{ subscribed: true }`, then sends `event` notifications: those after `since`, then live ones. Without `since` only live ones. A second call replaces the first. */
  "events.subscribe": z.strictObject({
    since: z.int().min(0).optional(),
    types: z.array(z.enum(eventTypes)).optional(),
  }),
  "scenario.start": nothing,
  "scenario.stop": nothing,
  "scenario.next": nothing,
  /** A remark in the event log, such as a load tool's facts. */
  mark: z.strictObject({
    label: z.string().min(1).max(200),
    facts: z.record(z.string(), z.unknown()).optional(),
  }),
} as const;

export type ControlMethod = keyof typeof METHOD_PARAMS;
export type ControlParams<M extends ControlMethod> = z.output<(typeof METHOD_PARAMS)[M]>;

/** These only look; every other method is a command, and every command is an event. */
export const READING_METHODS: ReadonlySet<ControlMethod> = new Set(["status", "events.subscribe"]);

/** JSON-RPC 2.0 error codes; `refused` is ours: understood, but not possible now. */
export const RpcErrorCode = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
  refused: -32000,
  /** Known, but spectators only read. */
  forbidden: -32001,
} as const;

export type RpcId = string | number | null;

export interface RpcError {
  code: number;
  message: string;
  /** What was probably meant, or what to do. */
  data?: { hint: string };
}

export type RpcResponse =
  | { jsonrpc: "2.0"; id: RpcId; result: unknown }
  | { jsonrpc: "2.0"; id: RpcId; error: RpcError };

/** The one notification: an event of the log, with its sequence number. */
export interface EventNotification {
  jsonrpc: "2.0";
  method: "event";
  params: ChaosEvent;
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
