import http from "node:http";
import https from "node:https";
import { UserError } from "../core/errors.ts";

/** How many connections pass-through traffic may hold open at once. More requests wait for a free one. */
const MOST_CONNECTIONS = 256;
/** Idle connections are closed before common servers close theirs (5 s), so that a request seldom meets a closing one. Milliseconds. */
const IDLE_MS = 4_000;

/**
 * A bounded pool; without one http-proxy-3 opens a connection per request. An outbound proxy comes from the usual variables
 * (`HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, either case), as for the calls that are read.
 */
export function createAgent(target: URL, options: { keepAlive: boolean }): http.Agent {
  const { keepAlive } = options;
  const settings = { keepAlive, maxSockets: MOST_CONNECTIONS, timeout: IDLE_MS, proxyEnv: process.env };
  return target.protocol === "https:" ? new https.Agent(settings) : new http.Agent(settings);
}

/**
 * http-proxy-3 fills in a base object and hands it to `http.request`. Two of its fields stay ours: the headers as a raw
 * list (it would lower-case and join them, and give a chunked DELETE a length of 0), and the path as it was sent (it
 * would resolve dot segments). The base is passed as the option `ssl`; a fresh one for each request.
 */
export function outgoingBase(headers: readonly string[], path: string): object {
  const settled = (value: unknown) => ({ get: () => value, set: () => undefined, enumerable: true });
  return Object.defineProperties({}, { headers: settled(headers), path: settled(path) });
}

/** The variable makes http-proxy-3 use `fetch`, which loses cookies, corrupts gzip and never sees an abort. */
export function refuseFetchPath(env: Readonly<Record<string, string | undefined>>): void {
  if (env["FORCE_FETCH_PATH"] !== "true") return;
  throw new UserError("FORCE_FETCH_PATH=true is set: http-proxy-3 would relay through fetch and damage replies", {
    hint: "unset FORCE_FETCH_PATH",
  });
}
