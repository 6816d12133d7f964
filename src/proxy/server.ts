import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { UserError } from "../core/errors.ts";
import type { Destination } from "./destination.ts";
import { DEFAULT_TIMEOUTS, type ProxyOptions, type RunningProxy, type StartOptions } from "./options.ts";
import { createPassThrough, type PassThrough } from "./passthrough.ts";
import { rememberConnections } from "./reset.ts";
import { createRouter } from "./route.ts";
import { createShared, type Shared } from "./shared.ts";

type Server = http.Server | https.Server;

const MAX_HEADER_BYTES = 64 * 1024;
/** Node looks for late clients now and then; this is how often at most. Milliseconds. */
const MIN_CHECK_MS = 500;

/** Listens and answers until closed. Throws a UserError when the address cannot be had. */
export async function startProxy(given: StartOptions): Promise<RunningProxy> {
  const options = withDestinations(given);
  const shared = createShared(options);
  const passThroughs = passThroughsOf(options);
  const router = createRouter(shared, passThroughs);
  let open = 0;
  let closing = false;
  const serve = (request: http.IncomingMessage, response: http.ServerResponse) => {
    open++;
    response.once("close", () => {
      open--;
      // Kept alive after its last answer, a connection would hold up the end for as long as clients keep theirs.
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
    router.route(request, response);
  };
  const server = createServer(options, serve);
  // Answered here and not by the upstream, which would be asked too late for it.
  server.on("checkContinue", (request: http.IncomingMessage, response: http.ServerResponse) => {
    response.writeContinue();
    serve(request, response);
  });
  server.on("upgrade", router.upgrade);
  server.on("connect", refuseConnect);
  const port = await listen(server, options.listen);
  const { host } = options.listen;
  return {
    host,
    port,
    url: `${options.tls === undefined ? "http" : "https"}://${reachableHost(host)}:${port}`,
    inFlight: () => open,
    releaseAll: shared.releaseAll,
    close(how) {
      closing = true;
      return close({ server, shared, passThroughs }, how.drainMs);
    },
  };
}

function createServer(options: ProxyOptions, serve: http.RequestListener): Server {
  const settings = serverSettings(options);
  if (options.tls === undefined) return http.createServer(settings, serve);
  const server = https.createServer({ ...settings, ...options.tls }, serve);
  rememberConnections(server);
  return server;
}

/** As this machine reaches it: nobody can call an address that stands for all of them. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function serverSettings(options: ProxyOptions): http.ServerOptions {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const settings = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: timeouts.headMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.idleMs,
    connectionsCheckingInterval: Math.max(MIN_CHECK_MS, Math.min(timeouts.headMs, timeouts.requestMs) / 12),
    // Some clients offer `Upgrade: h2c` with an ordinary request; only WebSockets are meant to switch. Newer Node only.
    shouldUpgradeCallback: (request: http.IncomingMessage) => request.headers.upgrade?.toLowerCase() === "websocket",
  };
  return settings;
}

function withDestinations(given: StartOptions): ProxyOptions {
  if ("destinations" in given) return given;
  const { upstreamName: name, upstream, kind, standIn, passThroughTo, answerLocally, dialects, ...rest } = given;
  const only: Destination = { name, upstream, kind, standIn, passThroughTo, answerLocally, dialects };
  return { ...rest, destinations: [only] };
}

/** Only servers have one. */
function passThroughsOf(options: ProxyOptions): ReadonlyMap<Destination, PassThrough> {
  const { destinations, sink, clock, logger, scrubber } = options;
  const all = new Map<Destination, PassThrough>();
  for (const destination of destinations) {
    const target = destination.passThroughTo;
    if (target !== undefined) all.set(destination, createPassThrough({ target, sink, clock, logger, scrubber }));
  }
  return all;
}

/** A proxy in the other sense of the word is somebody else. */
function refuseConnect(_request: http.IncomingMessage, socket: Socket): void {
  socket.on("error", () => undefined);
  socket.end("HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
}

function listen(server: Server, { host, port }: ProxyOptions["listen"]): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(error, `${host}:${port}`)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function cannotListen(error: NodeJS.ErrnoException, place: string): UserError {
  if (error.code === "EADDRINUSE") {
    return new UserError(`${place} is in use by another program`, {
      hint: "choose another with --listen, or port 0 for any",
    });
  }
  return new UserError(`cannot listen on ${place} (${error.code ?? error.message})`, {
    hint: "check the address given to --listen",
  });
}

interface Running {
  server: Server;
  shared: Shared;
  passThroughs: ReadonlyMap<Destination, PassThrough>;
}

/** Stops accepting, lets running answers end, then cuts what is left, so that nobody takes a cut answer for a whole one. */
async function close({ server, shared, passThroughs }: Running, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const { clock } = shared.options;
  const drained = await new Promise<boolean>((resolve) => {
    const cancel = clock.after(drainMs, () => resolve(false));
    void closed.then(() => {
      cancel();
      resolve(true);
    });
  });
  if (!drained) {
    shared.running.cutAll();
    server.closeAllConnections();
  }
  for (const passThrough of passThroughs.values()) passThrough.close();
  await closed;
  await shared.running.idle();
}
