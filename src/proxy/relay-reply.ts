import type { IncomingMessage, ServerResponse } from "node:http";
import { finished } from "node:stream";
import { headerValue } from "../core/exchange.ts";
import { forwardableReplyHeaders } from "./headers.ts";
import { resetConnection } from "./reset.ts";

/**
 * Writes an upstream's reply to the client: status, reason, headers and bytes as they came, with back-pressure. When the
 * upstream breaks off, so does the client's reply, after every byte that arrived. Not `stream.pipeline`: it destroys the
 * client's side at once and would lose bytes still waiting there.
 */
export function relayReply(from: IncomingMessage, to: ServerResponse): void {
  const headers = forwardableReplyHeaders(from.rawHeaders);
  to.sendDate = false;
  to.writeHead(from.statusCode ?? 502, from.statusMessage ?? "", headers);
  to.flushHeaders();
  const ownEnd = to.chunkedEncoding || headerValue(headers, "content-length") !== undefined;
  to.on("error", () => from.destroy());
  from.pipe(to);
  finished(from, { writable: false }, (error) => {
    if (error) cutReply(to, ownEnd ? "fin" : "rst");
  });
}

/** Breaks the connection after what was written. Where the body ends with the connection, only a reset tells a cut from an end. */
function cutReply(to: ServerResponse, how: "fin" | "rst"): void {
  const socket = to.socket;
  if (socket === null || socket.destroyed) to.destroy();
  else if (how === "fin") socket.destroySoon();
  else socket.write("", () => resetConnection(socket));
}
