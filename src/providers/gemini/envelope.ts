import type { LlmCall, ReplyContext } from "../../core/dialect.ts";
import type { HeaderList, WireReply } from "../../core/exchange.ts";
import { isRecord, type JsonRecord, recordsOf } from "../shared/json.ts";
import { httpDate } from "../shared/retry-hints.ts";

/** Google's error: a status code with its name, and details whose kind `@type` tells. */
export interface GoogleError {
  code: number;
  message: string;
  /** The canonical name, such as RESOURCE_EXHAUSTED. */
  status: string;
  details?: readonly JsonRecord[];
}

export interface ToldError {
  error: GoogleError;
  headers: HeaderList;
}

const encoder = new TextEncoder();
const JSON_TYPE = "application/json; charset=UTF-8";

/**
 * An error in place of a reply. Where a stream that is one JSON array was asked for, the error is its only element
 * (google-gemini/gemini-cli#6454); with alt=sse it is plain JSON.
 */
export function errorReply({ error, headers }: ToldError, call: LlmCall, context: ReplyContext): WireReply {
  const text = JSON.stringify({ error }, null, 2);
  const body = call.framing === "json_array" ? `[${text}\n]\n` : `${text}\n`;
  return googleReply({ status: error.code, type: JSON_TYPE, headers, body }, context);
}

/** With the headers Google's front end sends on every reply (google-gemini/gemini-cli#5377), but for those that would outlive the run. */
export function googleReply(
  reply: { status: number; type: string; headers: HeaderList; body: string | Uint8Array },
  context: ReplyContext,
): WireReply {
  const body = typeof reply.body === "string" ? encoder.encode(reply.body) : reply.body;
  const headers = [
    ...["content-type", reply.type, ...reply.headers, "vary", "Origin, X-Origin, Referer"],
    ...["date", httpDate(context.wallMs), "server", "scaffolding on HTTPServer2", "x-xss-protection", "0"],
    ...["x-frame-options", "SAMEORIGIN", "x-content-type-options", "nosniff"],
    ...["content-length", String(body.byteLength)],
  ];
  return { status: reply.status, headers, body };
}

/** The objects of a reply, which may be an array of them; empty when it is no JSON. */
export function parseReply(body: Uint8Array): JsonRecord[] {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return isRecord(value) ? [value] : recordsOf(value);
  } catch {
    return [];
  }
}
