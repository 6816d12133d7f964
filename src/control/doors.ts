import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { UserError } from "../core/errors.ts";
import { type Door, identify, type Refusal, refuseAddress } from "./auth.ts";
import { type Route, type RouteAnswer, restOf } from "./route.ts";
import { mayUse, type Visitor } from "./visitor.ts";

export const NO_SUCH_PATH: Refusal = { status: 404, why: "nothing is here" };
const MOST_BODY_BYTES = 64 * 1024;

export interface HttpDoor {
  door: Door;
  routes: readonly Route[];
  onError(error: unknown): void;
}

/** `/healthz` is open, routes say what they need, all else needs a token; there are no CORS headers on purpose. */
export async function answerHttp(request: IncomingMessage, response: ServerResponse, doors: HttpDoor): Promise<void> {
  let answer: RouteAnswer;
  try {
    answer = isReading(request) && pathOf(request) === "/healthz" ? text(200, "ok") : await answerOf(request, doors);
  } catch (error) {
    if (error instanceof UserError) answer = text(400, error.message);
    else {
      doors.onError(error);
      answer = text(500, "internal error; see the log");
    }
  }
  send(request, response, answer);
}

async function answerOf(request: IncomingMessage, { door, routes }: HttpDoor): Promise<RouteAnswer> {
  const found = findRoute(request, routes);
  const entered = enter(request, door, found?.route);
  if ("status" in entered) return text(entered.status, entered.why, entered.headers);
  if (found === undefined) {
    const other =
      pathOf(request) === "/healthz" || routes.some(({ path }) => restOf(path, pathOf(request)) !== undefined);
    return other ? text(405, "not with this method") : text(NO_SUCH_PATH.status, NO_SUCH_PATH.why);
  }
  return await found.route.handle({
    rest: found.rest,
    query: new URLSearchParams((request.url ?? "").split("?")[1] ?? ""),
    visitor: entered.visitor,
    headers: request.headers,
    message: request,
    body: () => readBody(request),
  });
}

function findRoute(request: IncomingMessage, routes: readonly Route[]): { route: Route; rest: string } | undefined {
  const method = request.method === "HEAD" ? "GET" : request.method;
  for (const route of routes) {
    const rest = route.method === method ? restOf(route.path, pathOf(request)) : undefined;
    if (rest !== undefined) return { route, rest };
  }
  return undefined;
}

/** What is not there needs a token too: nobody else learns what there is. */
function enter(
  request: IncomingMessage,
  door: Door,
  route: Route | undefined,
): { visitor: Visitor | undefined } | Refusal {
  const refused = refuseAddress(request, door.names);
  if (refused !== undefined) return refused;
  const acting = !isReading(request);
  const open = route?.needs === "nothing";
  const visitor = identify(request, door, acting);
  if ("status" in visitor && !open) return visitor;
  if (acting && !hasGoodType(request, route)) return { status: 415, why: "only application/json is taken" };
  if (open) return { visitor: "status" in visitor ? undefined : visitor };
  if ("role" in visitor && route !== undefined && route.needs !== "nothing" && !mayUse(visitor.role, route.needs)) {
    return { status: 403, why: "spectators only read; this needs the control token" };
  }
  return { visitor: "role" in visitor ? visitor : undefined };
}

/** A page can post text/plain anywhere without asking, and a form; JSON it cannot. */
function hasGoodType(request: IncomingMessage, route: Route | undefined): boolean {
  const type = request.headers["content-type"] ?? "";
  if (/^application\/json\s*(;|$)/i.test(type)) return true;
  return route?.form === true && /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MOST_BODY_BYTES) throw new UserError(`the body is longer than ${MOST_BODY_BYTES / 1024} KiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): RouteAnswer {
  return {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      ...(status === 401 && { "www-authenticate": "Bearer" }),
      ...headers,
    },
    body,
  };
}

function send(request: IncomingMessage, response: ServerResponse, { status, headers, body = "" }: RouteAnswer): void {
  response.writeHead(status, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    // Not "no-referrer": a form would then send `Origin: null`, and could not log in.
    "referrer-policy": "same-origin",
    "content-length": Buffer.byteLength(body),
    ...headers,
    // The body of a refused request is not read.
    ...(status >= 400 && { connection: "close" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

export function refuseUpgrade(socket: Duplex, { status, why, headers }: Refusal): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: text/plain; charset=utf-8",
    ...(status === 401 ? ["www-authenticate: Bearer"] : []),
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(why)}`,
    "connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${why}`, () => socket.destroy());
}

function isReading({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

/** Without the query: a token does not belong into a URL and is not looked for there. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}
