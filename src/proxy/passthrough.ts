import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { createProxyServer } from "http-proxy-3";
import type { UpstreamFailure } from "../core/upstream.ts";
import { DEFAULT_TIMEOUTS, type Deadlines, watchDeadlines } from "./deadlines.ts";
import { refuseFlawed, requestFlaw, withFraming } from "./framing.ts";
import { credentialsIn, forwardableRequestHeaders, joinPath } from "./headers.ts";
import { createAgent, outgoingBase, refuseFetchPath } from "./outgoing.ts";
import { type PassThroughOptions, recordAtClose } from "./passthrough-options.ts";
import { relayReply } from "./relay-reply.ts";
import { asUpstreamFailure, unreachableReply } from "./unreachable.ts";
import { createUpgradeRelay } from "./upgrade.ts";

/** What is not an inference call goes through here: unread, unchanged, never repeated, redirects not followed. */
export interface PassThrough {
  web(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every connection to the upstream. */
  close(): void;
}

/** What has to be known about one exchange while http-proxy-3 performs it. */
interface Exchange {
  outgoing(request: ClientRequest): void;
  reply(reply: IncomingMessage): void;
}

/** Throws a UserError when the environment would make http-proxy-3 damage replies. */
export function createPassThrough(options: PassThroughOptions): PassThrough {
  refuseFetchPath(process.env);
  const { target, scrubber } = options;
  const agent = createAgent(target, { keepAlive: true });
  // The request's own path and headers come from outgoingBase; prependPath and toProxy keep the library from parsing the URL.
  const relay = createProxyServer({
    target,
    agent,
    selfHandleResponse: true,
    prependPath: false,
    toProxy: true,
  });
  const exchanges = new WeakMap<IncomingMessage, Exchange>();
  relay.on("proxyReq", (outgoing, request) => exchanges.get(request)?.outgoing(outgoing));
  relay.on("proxyRes", (reply, request) => exchanges.get(request)?.reply(reply));
  // Failures of one request reach its own callback; without a listener the library would throw the others.
  relay.on("error", () => undefined);
  const upgrades = createUpgradeRelay({ ...options, relay });

  return {
    web(request, response) {
      const flaw = requestFlaw(request);
      if (flaw !== undefined) return refuseFlawed(response, flaw);
      const path = request.url ?? "/";
      for (const secret of credentialsIn(request.rawHeaders, path)) scrubber.register(secret);
      const exchange = beginExchange(request, response, options);
      exchanges.set(request, exchange);
      const headers = withFraming(forwardableRequestHeaders(request.rawHeaders, target), request);
      try {
        relay.web(request, response, { ssl: outgoingBase(headers, joinPath(target, path)) }, exchange.failed);
      } catch (error) {
        // Node refuses to write a header or path that its own parser let in.
        exchange.failed(error);
      }
    },
    upgrade: upgrades.upgrade,
    close() {
      upgrades.close();
      agent.destroy();
    },
  };
}

function beginExchange(request: IncomingMessage, response: ServerResponse, options: PassThroughOptions) {
  const { clock, target } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  let deadlines: Deadlines | undefined;
  const failed = (error: unknown) => {
    const stage = deadlines?.connected() ? "headers" : "connect";
    answerFailure(request, response, { ...options, failure: asUpstreamFailure(error, { host: target.host, stage }) });
  };
  recordAtClose(request, response, { ...options, status: () => (response.headersSent ? response.statusCode : 0) });
  return {
    failed,
    outgoing(outgoing: ClientRequest) {
      deadlines = watchDeadlines(outgoing, request, { clock, timeouts, host: target.host });
      // The last resort: an unasked 101, for one, ends without an error and without a reply, and the client would hang.
      outgoing.once("close", () => failed(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
    },
    reply: (reply: IncomingMessage) => relayReply(reply, response),
  };
}

/** A 502 when nothing was said yet. Otherwise the reply itself shows the break. The rest of an upload is drained, so that the client gets to read the answer. */
function answerFailure(
  request: IncomingMessage,
  response: ServerResponse,
  told: Pick<PassThroughOptions, "logger" | "scrubber"> & { failure: UpstreamFailure },
): void {
  request.unpipe();
  request.resume();
  if (response.headersSent || response.destroyed) return;
  const { code, stage } = told.failure;
  told.logger.warn({ code, stage }, told.scrubber.scrub(told.failure.message));
  const reply = unreachableReply(told.failure);
  response.writeHead(reply.status, [...reply.headers]);
  response.end(request.method === "HEAD" ? undefined : reply.body);
}
