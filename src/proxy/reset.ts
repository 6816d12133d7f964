import type { Server, Socket } from "node:net";

/** TLS sockets to the connections below them. */
const below = new WeakMap<Socket, Socket>();

/** A TLS socket cannot be reset by itself; the TCP connection below it can. To be called before the server accepts anybody. */
export function rememberConnections(server: Server): void {
  const waiting = new Map<string, Socket>();
  const keyOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on("connection", (raw: Socket) => {
    const key = keyOf(raw);
    waiting.set(key, raw);
    raw.once("close", () => {
      if (waiting.get(key) === raw) waiting.delete(key);
    });
  });
  server.on("secureConnection", (secure: Socket) => {
    const key = keyOf(secure);
    const raw = waiting.get(key);
    waiting.delete(key);
    if (raw !== undefined) below.set(secure, raw);
  });
}

/** Sends a RST: the client sees its connection reset, not ended. */
export function resetConnection(socket: Socket): void {
  const raw = below.get(socket);
  if (raw === undefined) socket.resetAndDestroy();
  else {
    raw.resetAndDestroy();
    socket.destroy();
  }
}
