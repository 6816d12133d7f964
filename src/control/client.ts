import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { UserError } from "../core/errors.ts";
import type { ChaosEvent, EventType } from "../core/event.ts";
import { NAME_HEADER } from "./name-header.ts";
import type { ControlMethod } from "./protocol.ts";
import type { EventNotification, RpcError, RpcId, RpcResponse, ViewNotification } from "./wire.ts";

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

/** The channel is there and does not let us in. */
export class ControlRefused extends UserError {}

export interface ConnectOptions {
  /** `ws://…/control` */
  url: string;
  token: string;
  /** Stands in the event log beside what is commanded. */
  name?: string;
}

/** Connects to the control channel. The token travels in a header, never in the URL. */
export async function connectControl(options: ConnectOptions): Promise<ControlClient> {
  const socket = await open(options);
  const waiting = new Map<RpcId, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let onEvent: ((event: ChaosEvent) => void) | undefined;

  socket.on("message", (data) => {
    const message = parse(data.toString());
    if (message === undefined) return socket.terminate();
    if ("method" in message) {
      // A program may ask for the dashboard's views by `call`; it gets no callback for them.
      if (message.method === "event") onEvent?.(message.params);
      return;
    }
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

function open({ url, token, name }: ConnectOptions): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    let socket: WebSocket;
    try {
      const headers = { authorization: `Bearer ${token}`, ...(name !== undefined && { [NAME_HEADER]: name }) };
      socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: 10_000 });
    } catch (error) {
      return reject(
        new UserError(`"${url}" is no control channel`, { hint: "ws://127.0.0.1:4142/control", cause: error }),
      );
    }
    const fail = (error: UserError) => {
      reject(error);
      socket.terminate();
    };
    socket.once("open", () => resolve(socket));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      fail(
        new UserError(`no control channel at ${url}: ${error.code ?? error.message}`, {
          hint: "is llm-chaos running, and on this port?",
        }),
      ),
    );
    socket.on("unexpected-response", (_, response: IncomingMessage) => {
      response.resume();
      if (response.statusCode === 401) {
        const hint = "see --control-token-file";
        fail(new ControlRefused(`the control channel at ${url} refused the token`, { hint }));
      } else {
        const hint = "is this the control channel? See also --control-host";
        fail(new ControlRefused(`${url} answered ${response.statusCode}`, { hint }));
      }
    });
  });
}

/** Undefined when the other end is no control channel. */
function parse(text: string): RpcResponse | EventNotification | ViewNotification | undefined {
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
