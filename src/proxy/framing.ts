import type { IncomingMessage, ServerResponse } from "node:http";
import { type HeaderList, jsonReply } from "../core/exchange.ts";

const BODY_IS_RARE: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Why a request is refused before anything is sent upstream. */
export interface RequestFlaw {
  status: 400 | 501;
  message: string;
}

/**
 * What Node's parser lets through and a relay must not pass on, because the next server could read it differently:
 * two Host lines, chunks in HTTP/1.0, a transfer coding besides `chunked` (RFC 9112 §3.2, §6.1).
 */
export function requestFlaw(request: Pick<IncomingMessage, "httpVersion" | "rawHeaders">): RequestFlaw | undefined {
  let hosts = 0;
  const { rawHeaders } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const lower = (rawHeaders[i] as string).toLowerCase();
    if (lower === "host" && ++hosts > 1) return { status: 400, message: "The request has two Host headers." };
    if (lower !== "transfer-encoding") continue;
    if (request.httpVersion === "1.0") return { status: 400, message: "HTTP/1.0 has no Transfer-Encoding." };
    if ((rawHeaders[i + 1] as string).trim().toLowerCase() !== "chunked") {
      return { status: 501, message: "Only the transfer coding chunked is understood." };
    }
  }
  return undefined;
}

/** Answers a flawed request and closes: what follows on the connection cannot be trusted. */
export function refuseFlawed(response: ServerResponse, flaw: RequestFlaw): void {
  const error = { message: flaw.message, type: "invalid_request_error", param: null, code: "malformed_request" };
  const reply = jsonReply(flaw.status, ["connection", "close"], { error });
  response.writeHead(reply.status, [...reply.headers]);
  response.end(reply.body);
}

/**
 * The headers with the message's end said explicitly. Node writes the body of a GET or DELETE without any framing when
 * none is given, and the upstream would take such a body for the next request.
 */
export function withFraming(headers: HeaderList, request: Pick<IncomingMessage, "method" | "headers">): string[] {
  if (request.headers["transfer-encoding"] !== undefined) return [...headers, "Transfer-Encoding", "chunked"];
  if (request.headers["content-length"] !== undefined || BODY_IS_RARE.has(request.method ?? "GET")) return [...headers];
  return [...headers, "Content-Length", "0"];
}
