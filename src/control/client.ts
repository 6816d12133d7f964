import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { UserError } from "../core/errors.ts";
import type { ChaosEvent, EventType } from "../core/event.ts";
import type { ControlMethod, EventNotification, RpcError, RpcId, RpcResponse } from "./protocol.ts";

export interface ControlClient {
  /** Rejects with a UserError that carries the channel's own words. */
  call(method: ControlMethod | (string & {}), params?: unknown): Promise<unknown>;
  /** Events after `since` (undefined: only live ones), in order. One subscription a connection: a second replaces it. */
  subscribe(
    since: number | undefined,
    onEvent: (event: ChaosEvent) => void,
    types?: readonly EventType[],
  ): Promise<void>;
  /** Calls that are still open reject. */
  close(): void;
  /** Resolves when the connection is gone, by whichever side. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Connects to `ws://…/control`. The token travels in a header, never in the URL. */
export async function connectControl({ url, token }: { url: string; token: string }): Promise<ControlClient> {
  const socket = await open(url, token);
  const waiting = new Map<RpcId, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let onEvent: ((event: ChaosEvent) => void) | undefined;

  socket.on("message", (data) => {
    const message = parse(data.toString());
    if (message === undefined) return socket.terminate();
    if ("method" in message) return onEvent?.(message.params);
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if ("error" in message) call?.reject(toUserError(message.error));
    else call?.resolve(message.result);
  });
  socket.on("error", () => {});
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => {
      const error = new UserError(`the control channel closed (${code}) before it answered`);
      for (const call of waiting.values()) call.reject(error);
      waiting.clear();
      resolve({ code, reason: reason.toString() });
    });
  });

  function call(method: string, params: unknown = {}): Promise<unknown> {
    if (socket.readyState !== socket.OPEN) return Promise.reject(new UserError("the control channel is closed"));
    const id = ++lastId;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return answer.promise;
  }

  return {
    call,
    async subscribe(since, listener, types) {
      onEvent = listener;
      await call("events.subscribe", { ...(since !== undefined && { since }), ...(types !== undefined && { types }) });
    },
    close: () => socket.close(),
    closed,
  };
}

function open(url: string, token: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    let socket: WebSocket;
    try {
      const headers = { authorization: `Bearer ${token}` };
      socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: 10_000 });
    } catch (error) {
      return reject(
        new UserError(`"${url}" is no control channel`, { hint: "ws://127.0.0.1:4142/control", cause: error }),
      );
    }
    const fail = (message: string, hint: string) => {
      reject(new UserError(message, { hint }));
      socket.terminate();
    };
    socket.once("open", () => resolve(socket));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      fail(`no control channel at ${url}: ${error.code ?? error.message}`, "is llm-chaos running, and on this port?"),
    );
    socket.on("unexpected-response", (_, response: IncomingMessage) => {
      response.resume();
      if (response.statusCode === 401)
        fail(`the control channel at ${url} refused the token`, "see --control-token-file");
      else fail(`${url} answered ${response.statusCode}`, "is this the control channel? See also --control-host");
    });
  });
}

/** Undefined when the other end is no control channel. */
function parse(text: string): RpcResponse | EventNotification | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toUserError({ message, data }: RpcError): UserError {
  // The hint of an unknown method is part of its message already.
  const hint = data?.hint !== undefined && !message.includes(data.hint) ? data.hint : undefined;
  return new UserError(message, hint === undefined ? {} : { hint });
}
