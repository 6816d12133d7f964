import type { ReplyContext } from "../../core/dialect.ts";
import type { HeaderList, WireReply } from "../../core/exchange.ts";
import { httpDate } from "../shared/retry-hints.ts";

/** A refusal before it is bytes. */
export interface MessagesError {
  status: number;
  /** Those of the error itself; the general ones are added later. */
  headers: HeaderList;
  error: { type: string; message: string; details?: { error_code: string } };
}

export function errorReply({ status, headers, error }: MessagesError, context: ReplyContext): WireReply {
  return wired({ status, headers, body: { type: "error", error, request_id: context.requestId } }, context);
}

/** For the rare body that is not the usual envelope. */
export function wired(
  { status, headers, body: value }: { status: number; headers: HeaderList; body: unknown },
  context: ReplyContext,
): WireReply {
  const body = new TextEncoder().encode(JSON.stringify(value));
  return {
    status,
    headers: [
      "date",
      httpDate(context.wallMs),
      "content-type",
      "application/json",
      "content-length",
      String(body.byteLength),
      ...headers,
      "request-id",
      context.requestId,
      "anthropic-organization-id",
      organizationId(context),
      "via",
      "1.1 google",
      "server",
      "cloudflare",
      "cf-cache-status",
      "DYNAMIC",
    ],
    body,
  };
}

/** The account's label in the shape of a UUID, which is how this provider prints an organisation. */
export function organizationId({ organization }: Pick<ReplyContext, "organization">): string {
  const digits = organization.toLowerCase().replace(/[^\da-f]/g, "") || "0";
  const hex = digits.repeat(Math.ceil(32 / digits.length)).slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
