import type { IncomingMessage } from "node:http";
import { isIPv4, isIPv6 } from "node:net";
import type { SessionCookie } from "./cookie.ts";
import type { GuessLimit } from "./guesses.ts";
import { NAME_HEADER } from "./name-header.ts";
import type { Sessions } from "./sessions.ts";
import { isSameToken } from "./token.ts";
import { cleanName, type Role, type Visitor } from "./visitor.ts";

/** Whether only this machine can reach a listener bound to it. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || (isIPv4(bare) && bare.startsWith("127.")) || (isIPv6(bare) && bare === "::1");
}

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;

export interface Door {
  /** The token of each role that has one. */
  tokens: readonly { role: Role; token: string }[];
  /** Names besides the loopback ones under which the channel may be reached. */
  names: readonly string[];
  sessions: Sessions;
  cookie: SessionCookie;
  guesses: GuessLimit;
}

export interface Refusal {
  status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429;
  why: string;
  headers?: Readonly<Record<string, string>>;
}

type Asking = Pick<IncomingMessage, "headers" | "rawHeaders"> & { socket?: { remoteAddress?: string | undefined } };

/**
 * `Host` is checked against DNS rebinding: a page of another name, resolved to this machine, still sends its own name.
 * `Origin` is checked against pages in general; programs send none. `why` never quotes the request.
 */
export function refuseAddress(request: Asking, names: readonly string[]): Refusal | undefined {
  const host = hostOf(request);
  if (host === undefined || !isKnownName(host, names)) {
    return { status: 403, why: "this Host is not known here; add it with --control-host" };
  }
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return { status: 403, why: "pages of other origins may not come here" };
  }
  return undefined;
}

const NO_TOKEN: Refusal = { status: 401, why: "send the control token as Authorization: Bearer, or log in at /" };

/**
 * Who asks, by token or by the session of a page. `acting`: the request changes something or opens a channel; a browser
 * sends the cookie by itself, so the page must then show its origin.
 */
export function identify(request: Asking, door: Door, acting: boolean): Visitor | Refusal {
  const { authorization, origin } = request.headers;
  if (authorization !== undefined) {
    const role = roleOf(/^Bearer ([\x21-\x7e]+)$/i.exec(authorization)?.[1] ?? "", request, door);
    if (typeof role !== "string") return role;
    return { role, name: cleanName(nameIn(request)) ?? "", ended: undefined, sessionId: undefined };
  }
  const id = door.cookie.read(request.headers);
  const visitor = id === undefined ? undefined : door.sessions.find(id);
  if (visitor === undefined) return NO_TOKEN;
  if (acting && origin === undefined) return { status: 403, why: "a page must send its Origin for this" };
  return visitor;
}

/** Which token it is. Both are compared always: the time must not tell which was nearer. */
export function roleOf(given: string, request: Asking, { tokens, guesses }: Door): Role | Refusal {
  const address = request.socket?.remoteAddress ?? "";
  const wait = guesses.waitSeconds(address);
  if (wait > 0) {
    return { status: 429, why: `too many wrong tokens; wait ${wait} s`, headers: { "retry-after": String(wait) } };
  }
  const matches = tokens.filter(({ token }) => isSameToken(given, token));
  if (matches[0] !== undefined) return matches[0].role;
  guesses.wrong(address);
  return NO_TOKEN;
}

function nameIn({ headers }: Asking): string {
  const name = headers[NAME_HEADER];
  return typeof name === "string" ? name : "";
}

/** Undefined when there is not exactly one: which of two is meant would be anybody's guess. */
function hostOf({ headers, rawHeaders }: Asking): string | undefined {
  const sent = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return sent.length === 1 ? headers.host?.toLowerCase() : undefined;
}

function isKnownName(host: string, names: readonly string[]): boolean {
  const name = HOST.exec(host)?.[1];
  return name !== undefined && (LOOPBACK_NAMES.includes(name) || names.some((known) => known.toLowerCase() === name));
}
