import { type HeaderList, headerValue } from "../core/exchange.ts";

/** In the order in which providers prefer them when several are sent. */
const KEY_HEADERS = ["x-api-key", "api-key", "x-goog-api-key"];

/** Header names whose value is, or may hold, a secret: the known ones and what gateways call theirs. */
const SECRET_HEADER = /auth|api-?key|subscription-key|token|secret|passw|cookie|credential|portkey/i;
const SECRET_PARAMETER = /^(key|sig|signature|code|.*(auth|api[-_]?key|subscription-key|token|secret|passw).*)$/i;

/** A browser cannot set headers on a WebSocket, so a key may travel as a subprotocol. */
const KEY_IN_SUBPROTOCOL = /^(openai-insecure-api-key|.*auth.*|.*token.*)\.(.+)$/i;

/** A signed request carries its signature, another one for every attempt; whose it is, the access key's id says. */
const AWS_ACCESS_KEY = /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)/i;

/** The key a call is made with, without its scheme (`Bearer`), or undefined when it carries none. */
export function credentialOf(headers: HeaderList, path: string): string | undefined {
  const authorization = headerValue(headers, "authorization")?.trim();
  if (authorization) return AWS_ACCESS_KEY.exec(authorization)?.[1] ?? authorization.replace(/^bearer\s+/i, "");
  for (const name of KEY_HEADERS) {
    const value = headerValue(headers, name)?.trim();
    if (value) return value;
  }
  for (const [name, value] of queryOf(path)) if (name.toLowerCase() === "key" && value !== "") return value;
  return undefined;
}

/** Every value that must never be printed: keys, tokens and cookies in headers, query and subprotocols, each in the forms in which it may turn up. */
export function credentialsIn(headers: HeaderList, path: string): string[] {
  const found = new Set<string>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] as string;
    const lower = (headers[i] as string).toLowerCase();
    if (lower === "sec-websocket-protocol") addSubprotocols(found, value);
    else if (lower === "cookie") addCookies(found, value);
    else if (SECRET_HEADER.test(lower)) addWithScheme(found, value.trim());
  }
  for (const [name, value] of queryOf(path)) {
    if (!SECRET_PARAMETER.test(name)) continue;
    found.add(value);
    found.add(decoded(value));
  }
  found.delete("");
  return [...found];
}

/** `Bearer abc` is registered as `abc`: that covers the whole value too, and the scheme is no secret. */
function addWithScheme(found: Set<string>, value: string): void {
  const space = value.indexOf(" ");
  found.add(space < 0 ? value : value.slice(space + 1).trim());
}

function addCookies(found: Set<string>, value: string): void {
  for (const pair of value.split(";")) found.add(pair.slice(pair.indexOf("=") + 1).trim());
}

function addSubprotocols(found: Set<string>, value: string): void {
  for (const protocol of value.split(",")) {
    const key = KEY_IN_SUBPROTOCOL.exec(protocol.trim())?.[2];
    if (key !== undefined) found.add(key);
  }
}

/** Pairs of the query, values as sent (still percent-encoded, as they would stand in a log). */
function* queryOf(path: string): Generator<[name: string, value: string]> {
  const start = path.indexOf("?");
  if (start < 0) return;
  for (const part of path.slice(start + 1).split("&")) {
    const equals = part.indexOf("=");
    if (equals > 0) yield [decoded(part.slice(0, equals)), part.slice(equals + 1)];
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return value;
  }
}
