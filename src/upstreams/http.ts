import { EnvHttpProxyAgent, Pool } from "undici";
import type { Clock } from "../core/clock.ts";
import type { Upstream } from "../core/upstream.ts";
import { type BodyClocks, HttpExchange } from "./http/exchange.ts";

/** Milliseconds; 0 switches a clock off. Off is the default for replies: a model may think for minutes, and a library's own limit would cut it. */
export interface HttpTimeouts extends BodyClocks {
  /** Until a connection stands, TLS included. Default 10,000. */
  connectMs: number;
}

export interface HttpUpstreamOptions {
  /** Where the server is. Only the origin counts: paths are joined by the proxy. */
  base: URL;
  clock: Clock;
  timeouts?: Partial<HttpTimeouts>;
}

const DEFAULT_TIMEOUTS: HttpTimeouts = { connectMs: 10_000, firstByteMs: 0, betweenChunksMs: 0 };
const MAX_HEADER_BYTES = 64 * 1024;
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

/**
 * The network as an Upstream: one pool of kept-alive HTTP/1.1 connections for the origin. Never retries, never follows a redirect.
 * Outbound proxies and private CAs come from the usual variables (`HTTPS_PROXY`, `NO_PROXY`, `NODE_EXTRA_CA_CERTS`).
 */
export function createHttpUpstream(options: HttpUpstreamOptions): { upstream: Upstream; close(): Promise<void> } {
  const { clock } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const { origin, host } = options.base;
  const viaProxy = PROXY_VARIABLES.some((name) => (process.env[name] ?? "") !== "");
  const settings = {
    allowH2: false,
    // Off: undici's idle limits would end a long thinking stream. Ours are in the exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: timeouts.connectMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const dispatcher = viaProxy ? new EnvHttpProxyAgent(settings) : new Pool(origin, settings);

  return {
    upstream: (request, signal) =>
      new Promise((resolve, reject) => {
        const exchange = new HttpExchange({ host, clock, clocks: timeouts, signal, resolve, reject });
        if (exchange.over) return;
        const headers = viaProxy ? grouped(request.headers) : (request.headers as string[]);
        const { path, method } = request;
        const body = request.body.byteLength === 0 ? null : request.body;
        dispatcher.dispatch({ origin, path, method, headers, body }, exchange);
      }),
    close: () => dispatcher.destroy(),
  };
}

/** undici's proxy agent makes an object of a flat list and loses duplicates; lists as values survive it. */
function grouped(flat: readonly string[]): Record<string, string | string[]> {
  const groups: Record<string, string[]> = Object.create(null);
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i] as string;
    groups[name] = [...(groups[name] ?? []), flat[i + 1] as string];
  }
  return Object.fromEntries(
    Object.entries(groups).map(([name, all]) => [name, all.length === 1 ? (all[0] ?? "") : all]),
  );
}
