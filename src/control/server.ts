import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../core/clock.ts";
import { UserError } from "../core/errors.ts";
import { type Door, identify, refuseAddress } from "./auth.ts";
import { chooseTokens } from "./choose-tokens.ts";
import { serveConnection } from "./connection.ts";
import { sessionCookie } from "./cookie.ts";
import { answerHttp, NO_SUCH_PATH, pathOf, refuseUpgrade } from "./doors.ts";
import { createGuessLimit } from "./guesses.ts";
import type { ControlHost } from "./host.ts";
import { loginRoutes } from "./login.ts";
import type { Route } from "./route.ts";
import { createSessions } from "./sessions.ts";
import { CloseCode, CONTROL_PATH } from "./wire.ts";

export interface ControlOptions {
  /** Port 0: any. */
  listen: { host: string; port: number };
  /** PEM texts. Undefined: plain HTTP. */
  tls?: { cert: string; key: string } | undefined;
  /** Names besides the loopback ones under which it may be reached (`--control-host`). */
  hosts: readonly string[];
  /** Undefined: one is made and written to `tokenPath`; only on loopback. */
  token: string | undefined;
  /** Where a token made here is written, mode 0600. */
  tokenPath: string;
  /** Opens the channel for reading only. Undefined: one is made beside the control token when that is made here, else there are no spectators. */
  spectatorToken?: string | undefined;
  /** Where a spectators' token made here is written. */
  spectatorTokenPath: string;
  /** What is served besides the channel, the login and the health check. */
  routes?: readonly Route[];
  host: ControlHost;
  clock: Clock;
  /** Errors that are nobody's input. */
  onError(error: unknown): void;
}

export interface RunningControl {
  host: string;
  port: number;
  /** `ws://127.0.0.1:4142/control` */
  url: string;
  /** `http://127.0.0.1:4142/`: where a browser logs in. */
  pageUrl: string;
  token: string;
  /** Where the token stands, when it was made here. */
  tokenPath: string | undefined;
  /** For reading only; undefined: there are no spectators. */
  spectatorToken: string | undefined;
  spectatorTokenPath: string | undefined;
  close(): Promise<void>;
}

const MOST_MESSAGE_BYTES = 1024 * 1024;
const PING_EVERY_MS = 30_000;
/** A client that does not answer the close in this time is cut. */
const CLOSE_GRACE_MS = 1_000;

type Server = http.Server | https.Server;

/** Opens the control channel. Throws a UserError when it must not (no token off loopback) or cannot (port taken). */
export async function startControl(options: ControlOptions): Promise<RunningControl> {
  const { listen, hosts, clock, onError, routes = [] } = options;
  const tokens = chooseTokens(options);
  const { tls } = options;
  const timeouts = { headersTimeout: 10_000, requestTimeout: 10_000 };
  const server: Server =
    tls === undefined ? http.createServer(timeouts) : https.createServer({ ...timeouts, cert: tls.cert, key: tls.key });
  const port = await listenOn(server, listen);
  const sessions = createSessions(clock);
  const door: Door = {
    tokens: tokens.list,
    names: hosts,
    sessions,
    cookie: sessionCookie({ port, secure: tls !== undefined }),
    guesses: createGuessLimit(clock),
  };
  const doors = { door, routes: [...loginRoutes(door), ...routes], onError };
  server.on("request", (request, response) => void answerHttp(request, response, doors));
  const sockets = acceptSockets(server, door, options);
  try {
    tokens.write();
  } catch (error) {
    server.close();
    throw error;
  }
  const at = `${urlHost(listen.host)}:${port}`;
  return {
    host: listen.host,
    port,
    url: `${tls === undefined ? "ws" : "wss"}://${at}${CONTROL_PATH}`,
    pageUrl: `${tls === undefined ? "http" : "https"}://${at}/`,
    ...tokens.told,
    async close() {
      tokens.remove();
      sessions.closeAll();
      await closeAll(server, sockets, clock);
    },
  };
}

/** The one upgrade there is: at /control, for who may come in. Returns the open sockets. */
function acceptSockets(server: Server, door: Door, { host, clock, onError }: ControlOptions): ReadonlySet<WebSocket> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false });
  let connections = 0;
  server.on("upgrade", (request, socket, head) => {
    // Before anything is written: an unheard error on a raw socket would end the process.
    socket.on("error", () => socket.destroy());
    const refusal = pathOf(request) === CONTROL_PATH ? refuseAddress(request, door.names) : NO_SUCH_PATH;
    const visitor = refusal ?? identify(request, door, true);
    if ("status" in visitor) {
      refuseUpgrade(socket, visitor);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const id = `control-${++connections}`;
      const who = visitor.name === "" ? id : `${visitor.name} (${id})`;
      serveConnection(ws, { host, who, connection: id, role: visitor.role, onError });
      visitor.ended?.addEventListener("abort", () => ws.close(CloseCode.loggedOut, "logged out"), { once: true });
      keepAlive(ws, clock);
    });
  });
  return sockets.clients;
}

/** Cuts a peer that did not answer the last ping: it is gone, and nobody told. */
function keepAlive(socket: WebSocket, clock: Clock): void {
  let answered = true;
  let cancel = clock.after(PING_EVERY_MS, beat);
  function beat(): void {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
    cancel = clock.after(PING_EVERY_MS, beat);
  }
  socket.on("pong", () => {
    answered = true;
  });
  socket.on("close", () => cancel());
}

function listenOn(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const what =
        error.code === "EADDRINUSE"
          ? `the control port ${port} on ${host} is in use by another program`
          : `the control channel cannot listen on ${host}:${port}: ${error.code}`;
      const hint = "choose another with --control HOST:PORT (port 0 takes any), or turn it off with --control off";
      reject(new UserError(what, { hint, cause: error }));
    });
    server.listen({ host: host.replace(/^\[|\]$/g, ""), port }, () => resolve((server.address() as AddressInfo).port));
  });
}

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::" || host === "[::]") return "127.0.0.1";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

async function closeAll(server: Server, sockets: ReadonlySet<WebSocket>, clock: Clock): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.close(CloseCode.goingAway, "llm-chaos ends");
  const cancel = clock.after(CLOSE_GRACE_MS, () => {
    for (const socket of sockets) socket.terminate();
    server.closeAllConnections();
  });
  server.closeIdleConnections();
  await closed;
  cancel();
}
