import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIPv4, isIPv6 } from "node:net";

/** 32 random bytes, base64url. */
export function makeToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Compares in constant time: over digests, since the lengths must not show either. */
export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Whether only this machine can reach a listener bound to it. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || (isIPv4(bare) && bare.startsWith("127.")) || (isIPv6(bare) && bare === "::1");
}

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;

export interface Door {
  token: string;
  /** Names besides the loopback ones under which the channel may be reached. */
  names: readonly string[];
}

export type Decision = { allowed: true } | { allowed: false; status: 401 | 403; why: string };

/**
 * Who may come in. `Host` is checked against DNS rebinding: a page of another name, resolved to this machine, still
 * sends its own name. `Origin` is checked against pages in general; programs send none. `why` never quotes the request.
 */
export function decide(request: Pick<IncomingMessage, "headers" | "rawHeaders">, door: Door): Decision {
  const host = hostOf(request);
  if (host === undefined || !isKnownName(host, door.names)) {
    return { allowed: false, status: 403, why: "this Host is not known here; add it with --control-host" };
  }
  const { origin, authorization } = request.headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return { allowed: false, status: 403, why: "pages of other origins may not come here" };
  }
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? "")?.[1];
  if (given === undefined || !isSameToken(given, door.token)) {
    return { allowed: false, status: 401, why: "send the control token as Authorization: Bearer" };
  }
  return { allowed: true };
}

/** Undefined when there is not exactly one: which of two is meant would be anybody's guess. */
function hostOf({ headers, rawHeaders }: Pick<IncomingMessage, "headers" | "rawHeaders">): string | undefined {
  const sent = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return sent.length === 1 ? headers.host?.toLowerCase() : undefined;
}

function isKnownName(host: string, names: readonly string[]): boolean {
  const name = HOST.exec(host)?.[1];
  return name !== undefined && (LOOPBACK_NAMES.includes(name) || names.some((known) => known.toLowerCase() === name));
}
