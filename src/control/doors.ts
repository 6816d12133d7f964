import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type Decision, type Door, decide } from "./auth.ts";

export type Refusal = { allowed: false; status: 401 | 403 | 404 | 405 | 415; why: string };
export const NO_SUCH_PATH: Refusal = { allowed: false, status: 404, why: "nothing is here" };

/** `/healthz` is open, all else needs the token; there are no CORS headers on purpose. */
export function answerHttp(request: IncomingMessage, response: ServerResponse, door: Door): void {
  const reading = request.method === "GET" || request.method === "HEAD";
  if (pathOf(request) === "/healthz" && reading) {
    sendText(response, 200, "ok");
    return;
  }
  const { status, why } = httpRefusal(request, decide(request, door), reading);
  sendText(response, status, why);
}

/** A page can post text/plain anywhere without asking; JSON it cannot. So only JSON will ever be taken. */
function httpRefusal(request: IncomingMessage, decision: Decision, reading: boolean): Refusal {
  if (!decision.allowed) return decision;
  if (!reading && !/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
    return { allowed: false, status: 415, why: "only application/json is taken" };
  }
  if (pathOf(request) === "/healthz") return { allowed: false, status: 405, why: "only GET" };
  return NO_SUCH_PATH;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 401 && { "www-authenticate": "Bearer" }),
    // The body of a refused request is not read.
    ...(status !== 200 && { connection: "close" }),
  });
  response.end(text);
}

export function refuseUpgrade(socket: Duplex, { status, why }: Refusal): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: text/plain; charset=utf-8",
    ...(status === 401 ? ["www-authenticate: Bearer"] : []),
    `content-length: ${Buffer.byteLength(why)}`,
    "connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${why}`, () => socket.destroy());
}

/** Without the query: a token does not belong into a URL and is not looked for there. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}
