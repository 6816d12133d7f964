import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ProxyServer } from "http-proxy-3";
import { type HeaderList, headerPairs, jsonReply, type WireReply } from "../core/exchange.ts";
import { DEFAULT_TIMEOUTS, type Deadlines, watchDeadlines } from "./deadlines.ts";
import { requestFlaw } from "./framing.ts";
import { credentialsIn, forwardableReplyHeaders, forwardableRequestHeaders, joinPath } from "./headers.ts";
import { createAgent, outgoingBase } from "./outgoing.ts";
import { type PassThroughOptions, recordAtClose } from "./passthrough-options.ts";
import { asUpstreamFailure, unreachableReply } from "./unreachable.ts";

export interface UpgradeRelay {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Cuts the open ones. */
  close(): void;
}

/** Where one upgrade stands: what may still be written to the client's socket depends on it. */
interface Handshake {
  /** The status line the client got; 0 while it has none. */
  status: number;
  deadlines: Deadlines | undefined;
}

/** WebSocket connections, joined byte for byte once the upstream agreed. A refusal of the upstream is passed on as it is. */
export function createUpgradeRelay(options: PassThroughOptions & { relay: ProxyServer }): UpgradeRelay {
  const { target, relay, scrubber, logger } = options;
  const agent = createAgent(target, { keepAlive: false });
  const open = new Set<Duplex>();
  const handshakes = new WeakMap<IncomingMessage, Handshake>();
  relay.on("proxyReqWs", (outgoing, request, socket) => {
    const handshake = handshakes.get(request);
    if (handshake !== undefined) watchHandshake({ outgoing, request, socket, handshake }, options);
  });

  return {
    upgrade(request, socket, head) {
      // Before anything else: an error without a listener on a raw socket ends the process.
      socket.on("error", () => undefined);
      const refusal = refusalOf(request);
      if (refusal !== undefined) return writeRaw(socket, refusal);
      const path = request.url ?? "/";
      for (const secret of credentialsIn(request.rawHeaders, path)) scrubber.register(secret);
      const handshake: Handshake = { status: 0, deadlines: undefined };
      handshakes.set(request, handshake);
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      recordAtClose(request, socket, { ...options, status: () => handshake.status });
      const headers = forwardableRequestHeaders(request.rawHeaders, target);
      headers.push("Connection", "Upgrade", "Upgrade", request.headers.upgrade ?? "websocket");
      const base = outgoingBase(headers, joinPath(target, path));
      relay.ws(request, socket, head, { ssl: base, agent }, (error) => {
        if (handshake.status !== 0 || socket.destroyed) return;
        const stage = handshake.deadlines?.connected() ? "headers" : "connect";
        const failure = asUpstreamFailure(error, { host: target.host, stage });
        handshake.status = 502;
        logger.warn({ code: failure.code, stage }, scrubber.scrub(failure.message));
        writeRaw(socket, unreachableReply(failure));
      });
    },
    close() {
      for (const socket of open) socket.destroy();
      agent.destroy();
    },
  };
}

function watchHandshake(
  parts: { outgoing: ClientRequest; request: IncomingMessage; socket: Duplex; handshake: Handshake },
  options: PassThroughOptions,
): void {
  const { outgoing, request, socket, handshake } = parts;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  handshake.deadlines = watchDeadlines(outgoing, request, {
    clock: options.clock,
    timeouts,
    host: options.target.host,
  });
  // The library ends the upstream's side only after the upgrade; a client that leaves before would leave it waiting.
  socket.once("close", () => outgoing.destroy());
  outgoing.once("upgrade", (reply, upstreamSocket) => {
    handshake.status = 101;
    reply.headers = headerRecord(reply.rawHeaders);
    socket.once("close", () => upstreamSocket.destroySoon());
  });
  outgoing.once("response", (reply) => {
    handshake.status = reply.statusCode ?? 502;
    // The library closes the connection after a refusal but would announce the upstream's keep-alive.
    reply.headers = { ...headerRecord(forwardableReplyHeaders(reply.rawHeaders)), connection: "close" };
    reply.once("error", () => socket.destroy());
  });
}

/** With case and duplicates, in the form in which http-proxy-3 writes headers itself. It looks for content-length in lower case. */
function headerRecord(headers: HeaderList): Record<string, string | string[]> {
  const named = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of headerPairs(headers)) {
    const lower = name.toLowerCase();
    const entry = named.get(lower) ?? { name: lower === "content-length" ? lower : name, values: [] };
    entry.values.push(value);
    named.set(lower, entry);
  }
  const record = [...named.values()].map(({ name, values }) => [name, values.length > 1 ? values : (values[0] ?? "")]);
  return Object.fromEntries(record);
}

function refusalOf(request: IncomingMessage): WireReply | undefined {
  const flaw = requestFlaw(request);
  const other = request.headers.upgrade?.toLowerCase() !== "websocket" || request.method !== "GET";
  if (flaw === undefined && !other) return undefined;
  const { status, message } = flaw ?? { status: 501, message: "Only an upgrade to websocket is passed on." };
  const error = { message, type: "invalid_request_error", param: null, code: "unsupported_upgrade" };
  return jsonReply(status, [], { error });
}

const REASONS: Readonly<Record<number, string>> = { 400: "Bad Request", 501: "Not Implemented", 502: "Bad Gateway" };

function writeRaw(socket: Duplex, reply: WireReply): void {
  const lines = [`HTTP/1.1 ${reply.status} ${REASONS[reply.status] ?? ""}`, "connection: close"];
  for (const [name, value] of headerPairs(reply.headers)) lines.push(`${name}: ${value}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  socket.end(reply.body);
}
