import type { WebSocket } from "ws";
import { InvalidFileError, UserError } from "../core/errors.ts";
import { type CommandContext, perform } from "./commands.ts";
import type { ControlHost, Viewer } from "./host.ts";
import { type ControlMethod, METHODS } from "./protocol.ts";
import { type ParsedCall, parseMessage } from "./rpc.ts";
import { type Outbox, subscribeTo } from "./subscription.ts";
import { mayUse, type Role } from "./visitor.ts";
import { CloseCode, type RpcError, RpcErrorCode, type RpcErrorData, type RpcId } from "./wire.ts";

/** More than this unread and the connection is closed: a slow reader is dropped, never waited for. */
const MOST_UNREAD_BYTES = 1024 * 1024;

export interface ConnectionOptions {
  host: ControlHost;
  who: string;
  connection: string;
  role: Role;
  /** An error that is nobody's input. Its text stays out of the answer. */
  onError(error: unknown): void;
}

/** Speaks JSON-RPC on an accepted WebSocket until it closes. */
export function serveConnection(socket: WebSocket, options: ConnectionOptions): void {
  const { host, who, connection, role } = options;
  /** What ends each kind of subscription; a second one of a kind replaces the first. */
  const subscriptions = new Map<"events" | "view", () => void>();
  const unsubscribe = () => {
    for (const end of subscriptions.values()) end();
    subscriptions.clear();
  };
  const closing: (() => void)[] = [];
  const outbox = outboxOf(socket, unsubscribe);
  const answer = (id: RpcId | undefined, outcome: { result: unknown } | { error: RpcError }) => {
    if (id !== undefined) outbox.send({ jsonrpc: "2.0", id, ...outcome });
  };

  function subscribe(kind: "events" | "view", begin: () => () => void): void {
    subscriptions.get(kind)?.();
    subscriptions.set(kind, begin());
  }

  function onMessage(text: string): void {
    const { id, call, error } = parseMessage(text);
    if (error) answer(id, { error });
    else if (!mayUse(role, METHODS[call.method].kind === "reads" ? "spectator" : "control")) {
      answer(id, { error: spectatorsOnlyRead(call.method) });
    } else onCall(id, call);
  }

  function onCall(id: RpcId | undefined, call: ParsedCall): void {
    let subscribed: (() => void) | undefined;
    const context: CommandContext = {
      host,
      who,
      connection,
      onClose: (callback) => void closing.push(callback),
      subscribe(params) {
        // After the answer, so that the first event never comes before it.
        subscribed = () => subscribe("events", () => subscribeTo(host, outbox, params));
        return { subscribed: true };
      },
      watch() {
        subscribed = () => subscribe("view", () => host.watch(viewerOf(outbox)));
        return { subscribed: true };
      },
    };
    const fail = (thrown: unknown) => {
      answer(id, { error: errorOf(thrown, call.method) });
      if (!(thrown instanceof UserError)) options.onError(thrown);
    };
    try {
      // Panic and the like act within this very turn; only what really waits is waited for.
      const result = perform(call, context);
      if (result instanceof Promise) void result.then((value) => answer(id, { result: value ?? null }), fail);
      else answer(id, { result: result ?? null });
      subscribed?.();
    } catch (thrown) {
      fail(thrown);
    }
  }

  socket.on("message", (data) => onMessage(data.toString()));
  socket.on("close", () => {
    unsubscribe();
    for (const callback of closing.splice(0)) callback();
  });
  // Too large, not UTF-8, broken frames: ws closes with the right code by itself.
  socket.on("error", () => {});
}

function outboxOf(socket: WebSocket, onDrop: () => void): Outbox {
  const sendText = (text: string | Uint8Array, onFlushed?: () => void) => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(text, { binary: false }, (error) => {
      if (!error) onFlushed?.();
    });
    if (socket.bufferedAmount <= MOST_UNREAD_BYTES) return;
    onDrop();
    socket.close(CloseCode.tooSlow, "reads too slowly");
  };
  return {
    unreadBytes: () => socket.bufferedAmount,
    send: (message, onFlushed) => sendText(JSON.stringify(message), onFlushed),
    sendText,
  };
}

function viewerOf({ sendText, unreadBytes }: Outbox): Viewer {
  return { unreadBytes, send: (notification) => sendText(notification) };
}

function spectatorsOnlyRead(method: ControlMethod): RpcError {
  return { code: RpcErrorCode.forbidden, message: `spectators only read; ${method} needs the control token` };
}

/** What a host finds wrong in what was sent is a wrong parameter; what else it refuses is not possible now. */
function errorOf(thrown: unknown, method: ControlMethod): RpcError {
  if (!(thrown instanceof UserError)) return { code: RpcErrorCode.internal, message: "internal error; see the log" };
  const isInput = thrown instanceof InvalidFileError || method === "fault.inject";
  const code = isInput ? RpcErrorCode.invalidParams : RpcErrorCode.refused;
  const data: RpcErrorData = {
    ...(thrown.hint !== undefined && { hint: thrown.hint }),
    ...(thrown instanceof InvalidFileError && { problems: thrown.problems.map(({ file: _, ...problem }) => problem) }),
  };
  return { code, message: thrown.message, ...(Object.keys(data).length > 0 && { data }) };
}
