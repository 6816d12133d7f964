import type { ViewMessage } from "../patch.ts";

/** As in control/wire.ts; a test holds them together. Importing it would bring the schemas into the page. */
export const CONTROL_PATH = "/control";
const LOGGED_OUT = 4001;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

type Incoming = { method: string; params: ViewMessage } | { id: number; result?: unknown; error?: { message: string } };

export interface ControlSocket {
  /** Rejects with the channel's own words. */
  call(method: string, params?: object): Promise<unknown>;
  /** Says nothing of its end. */
  leave(): void;
}

export interface SocketListener {
  onOpen(socket: ControlSocket): void;
  onView(message: ViewMessage): void;
  onClose(why: "logged out" | "lost"): void;
}

/** The control channel: JSON-RPC 2.0 over one WebSocket. */
export function openSocket({ onOpen, onView, onClose }: SocketListener): ControlSocket {
  const socket = new WebSocket(new URL(CONTROL_PATH, location.href.replace(/^http/, "ws")));
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let left = false;
  const opened: ControlSocket = {
    call(method, params = {}) {
      if (socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error("not connected"));
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      });
    },
    leave() {
      left = true;
      socket.close();
    },
  };
  const answer = ({ id, result, error }: Extract<Incoming, { id: number }>) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error.message));
  };
  socket.onopen = () => onOpen(opened);
  socket.onmessage = ({ data }) => {
    const message: Incoming = JSON.parse(data);
    if (!("method" in message)) answer(message);
    else if (!left) onView(message.params);
  };
  socket.onclose = ({ code }) => {
    for (const { reject } of waiting.values()) reject(new Error("the connection was lost before the answer came"));
    waiting.clear();
    if (!left) onClose(code === LOGGED_OUT ? "logged out" : "lost");
  };
  return opened;
}
