import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../core/clock.ts";
import { UserError } from "../core/errors.ts";
import { type Door, decide, isLoopback, makeToken } from "./auth.ts";
import { serveConnection } from "./connection.ts";
import { answerHttp, NO_SUCH_PATH, pathOf, refuseUpgrade } from "./doors.ts";
import type { ControlHost } from "./host.ts";
import { CloseCode, CONTROL_PATH } from "./protocol.ts";
import { removeTokenFile, writeTokenFile } from "./token-file.ts";

export interface ControlOptions {
  /** Port 0: any. */
  listen: { host: string; port: number };
  /** Names besides the loopback ones under which it may be reached (`--control-host`). */
  hosts: readonly string[];
  /** Undefined: one is made and written to `tokenPath`; only on loopback. */
  token: string | undefined;
  /** Where a token made here is written, mode 0600. */
  tokenPath: string;
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
  token: string;
  /** Where the token stands, when it was made here. */
  tokenPath: string | undefined;
  close(): Promise<void>;
}

const MOST_MESSAGE_BYTES = 1024 * 1024;
const PING_EVERY_MS = 30_000;
/** A client that does not answer the close in this time is cut. */
const CLOSE_GRACE_MS = 1_000;
const SHORTEST_OPEN_TOKEN = 16;

/** Opens the control channel. Throws a UserError when it must not (no token off loopback) or cannot (port taken). */
export async function startControl(options: ControlOptions): Promise<RunningControl> {
  const { listen, host, clock, onError } = options;
  const token = checkedToken(options) ?? makeToken();
  const door: Door = { token, names: options.hosts };
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  let connections = 0;
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, (request, response) =>
    answerHttp(request, response, door),
  );
  server.on("upgrade", (request, socket, head) => {
    // Before anything is written: an unheard error on a raw socket would end the process.
    socket.on("error", () => socket.destroy());
    const decision = pathOf(request) === CONTROL_PATH ? decide(request, door) : NO_SUCH_PATH;
    if (!decision.allowed) {
      refuseUpgrade(socket, decision);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      serveConnection(ws, { host, who: `control-${++connections}`, onError });
      keepAlive(ws, clock);
    });
  });

  const port = await listenOn(server, listen);
  if (options.token === undefined) {
    try {
      writeTokenFile(options.tokenPath, token);
    } catch (error) {
      server.close();
      throw error;
    }
  }
  return {
    host: listen.host,
    port,
    url: `ws://${urlHost(listen.host)}:${port}${CONTROL_PATH}`,
    token,
    tokenPath: options.token === undefined ? options.tokenPath : undefined,
    async close() {
      if (options.token === undefined) removeTokenFile(options.tokenPath, token);
      await closeAll(server, sockets.clients, clock);
    },
  };
}

function checkedToken({ token, listen }: ControlOptions): string | undefined {
  const hint = "give one with --control-token-file or LLM_CHAOS_TOKEN";
  const open = !isLoopback(listen.host);
  if (token === undefined) {
    if (!open) return undefined;
    throw new UserError(`the control channel on ${listen.host} can be reached from other machines and has no token`, {
      hint: `${hint}, or listen on 127.0.0.1`,
    });
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UserError("the control token is empty or has characters that no header can carry", { hint });
  }
  if (open && token.length < SHORTEST_OPEN_TOKEN) {
    throw new UserError(`the control token is too short for ${listen.host}: other machines can reach it`, {
      hint: `use at least ${SHORTEST_OPEN_TOKEN} characters`,
    });
  }
  return token;
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
