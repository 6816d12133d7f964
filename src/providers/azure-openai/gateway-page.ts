import type { ReplyContext } from "../../core/dialect.ts";
import type { HeaderList, WireReply } from "../../core/exchange.ts";
import { httpDate } from "../shared/retry-hints.ts";

const SERVER = "Microsoft-Azure-Application-Gateway/v2";

/** The page of the gateway that many put before their endpoint. That Azure OpenAI's own front shows the same is unverified. */
export function azureGatewayPage(headers: HeaderList, context: ReplyContext): WireReply {
  const title = "502 Bad Gateway";
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${SERVER}</center>\r\n</body>\r\n</html>\r\n`;
  const body = new TextEncoder().encode(page);
  return {
    status: 502,
    headers: [
      ...["server", SERVER, "date", httpDate(context.wallMs), "content-type", "text/html"],
      ...headers,
      ...["content-length", String(body.byteLength)],
    ],
    body,
  };
}
