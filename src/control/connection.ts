import type { WebSocket } from "ws";
import { UserError } from "../core/errors.ts";
import { type CommandContext, perform } from "./commands.ts";
import type { ControlHost } from "./host.ts";
import { CloseCode, type ControlMethod, READING_METHODS, type RpcError, RpcErrorCode, type RpcId } from "./protocol.ts";
import { parseMessage } from "./rpc.ts";
import { type Outbox, subscribeTo } from "./subscription.ts";
import { mayUse, type Role } from "./visitor.ts";

/** More than this unread and the connection is closed: a slow reader is dropped, never waited for. */
const MOST_UNREAD_BYTES = 1024 * 1024;

export interface ConnectionOptions {
  host: ControlHost;
  who: string;
  role: Role;
  /** An error that is nobody's input. Its text stays out of the answer. */
  onError(error: unknown): void;
}

/** Speaks JSON-RPC on an accepted WebSocket until it closes. */
export function serveConnection(socket: WebSocket, { host, who, role, onError }: ConnectionOptions): void {
  let unsubscribe: (() => void) | undefined;

  const outbox: Outbox = {
    unreadBytes: () => socket.bufferedAmount,
    send(message, onFlushed) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(message), (error) => {
        if (!error) onFlushed?.();
      });
      if (socket.bufferedAmount > MOST_UNREAD_BYTES) drop();
    },
  };

  function drop(): void {
    unsubscribe?.();
    socket.close(CloseCode.tooSlow, "reads too slowly");
  }

  function answer(id: RpcId | undefined, outcome: { result: unknown } | { error: RpcError }): void {
    if (id !== undefined) outbox.send({ jsonrpc: "2.0", id, ...outcome });
  }

  function onMessage(text: string): void {
    const { id, call, error } = parseMessage(text);
    if (error) {
      answer(id, { error });
      return;
    }
    if (!mayCall(call.method, role)) {
      answer(id, { error: { code: RpcErrorCode.forbidden, message: spectatorsOnlyRead(call.method) } });
      return;
    }
    let subscribed: (() => void) | undefined;
    const context: CommandContext = {
      host,
      who,
      subscribe(params) {
        // After the answer, so that the first event never comes before it.
        subscribed = () => {
          unsubscribe?.();
          unsubscribe = subscribeTo(host, outbox, params);
        };
        return { subscribed: true };
      },
    };
    try {
      answer(id, { result: perform(call, context) ?? null });
      subscribed?.();
    } catch (thrown) {
      answer(id, { error: errorOf(thrown, call.method === "fault.inject") });
      if (!(thrown instanceof UserError)) onError(thrown);
    }
  }

  socket.on("message", (data) => onMessage(data.toString()));
  socket.on("close", () => unsubscribe?.());
  // Too large, not UTF-8, broken frames: ws closes with the right code by itself.
  socket.on("error", () => {});
}

function mayCall(method: ControlMethod, role: Role): boolean {
  return mayUse(role, READING_METHODS.has(method) ? "spectator" : "control");
}

function spectatorsOnlyRead(method: ControlMethod): string {
  return `spectators only read; ${method} needs the control token`;
}

/** A fault the host refuses is a wrong parameter; what else it refuses is not possible now. */
function errorOf(thrown: unknown, isInput: boolean): RpcError {
  if (!(thrown instanceof UserError)) return { code: RpcErrorCode.internal, message: "internal error; see the log" };
  const code = isInput ? RpcErrorCode.invalidParams : RpcErrorCode.refused;
  return { code, message: thrown.message, ...(thrown.hint !== undefined && { data: { hint: thrown.hint } }) };
}
