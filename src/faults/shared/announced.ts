import { headerValue, type WireReply } from "../../core/exchange.ts";
import type { FaultContext } from "../../core/fault.ts";

/**
 * The wait that a refusal tells its client, in milliseconds, by the hint that counts for clients that obey: retry-after-ms, then
 * Retry-After, then the text. Undefined when nothing announces one.
 */
export function announcedBy({ status, headers, body }: WireReply, context: FaultContext): number | undefined {
  const value = headerValue(headers, "retry-after") ?? "";
  if (value.endsWith("GMT") && headerValue(headers, "retry-after-ms") === undefined) {
    // A dialect reads a date against the Date header, which lost its fraction; here the exact time is at hand.
    return Math.max(0, Date.parse(value) - context.reply.wallMs);
  }
  // A dialect reads refusals alone; a server's own trouble may ask to wait too.
  const seconds = /^\d+$/.test(value) ? Number(value) * 1_000 : undefined;
  return context.dialect.readRefusal(status, headers, body)?.waitMs ?? seconds;
}
