import type { ReplyContext, Trouble } from "../../core/dialect.ts";
import type { WireReply } from "../../core/exchange.ts";
import { httpDate, retryHeaders } from "./retry-hints.ts";

export type ServerTrouble = Extract<Trouble, { retryAfterMs: number | undefined }>;

/** What Cloudflare, which stands before several APIs, shows when the one behind it does not answer. */
export function gatewayPage(trouble: ServerTrouble, context: ReplyContext): WireReply {
  const [status, title] = trouble.kind === "timeout" ? [504, "504 Gateway Time-out"] : [502, "502 Bad Gateway"];
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`;
  const body = new TextEncoder().encode(page);
  return {
    status: Number(status),
    headers: [
      "content-type",
      "text/html",
      ...serverWaitHeaders(trouble, context),
      "date",
      httpDate(context.wallMs),
      "server",
      "cloudflare",
      "content-length",
      String(body.byteLength),
    ],
    body,
  };
}

/** Retry-After on a server's own trouble, where one is asked for. */
export function serverWaitHeaders({ retryAfterMs }: ServerTrouble, context: ReplyContext): string[] {
  return retryAfterMs === undefined ? [] : retryHeaders(retryAfterMs, ["header"], context.wallMs);
}
