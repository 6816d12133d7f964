import type { ReplyContext } from "../../core/dialect.ts";
import type { HeaderList, WireReply } from "../../core/exchange.ts";
import { httpDate } from "../shared/retry-hints.ts";

/** A refusal before it is bytes. */
export interface BedrockError {
  status: number;
  /** The exception's name, on which AWS' clients choose the class. */
  name: string;
  message: string;
  headers: HeaderList;
}

/** Behind the name, as captured (aws-samples/amazon-bedrock-client-for-mac#99); clients cut it off at the colon. */
const NAMESPACE = ":http://internal.amazon.com/coral/com.amazon.bedrock/";

export function errorReply({ status, name, message, headers }: BedrockError, context: ReplyContext): WireReply {
  const own = [...headers, "x-amzn-ErrorType", `${name}${NAMESPACE}`];
  return awsReply({ status, type: "application/json", headers: own, body: JSON.stringify({ message }) }, context);
}

/** With the headers that stand on every reply of the service. */
export function awsReply(
  reply: { status: number; type: string; headers: HeaderList; body: string | Uint8Array },
  context: ReplyContext,
): WireReply {
  const body = typeof reply.body === "string" ? new TextEncoder().encode(reply.body) : reply.body;
  const headers = [
    ...["date", httpDate(context.wallMs), "content-type", reply.type, "content-length", String(body.byteLength)],
    ...["x-amzn-RequestId", context.requestId, ...reply.headers],
  ];
  return { status: reply.status, headers, body };
}
