import type { RetryHint } from "../../core/dialect.ts";
import { type HeaderList, headerValue } from "../../core/exchange.ts";
import { wholeMs } from "./go-duration.ts";

/**
 * Retry-After (and retry-after-ms where asked for) for a wait in milliseconds.
 * Seconds are whole and at least 1, as the OpenAPI description of OpenAI demands; a date has a grain of a second, so both round up.
 */
export function retryHeaders(waitMs: number, hints: readonly RetryHint[], wallMs: number): string[] {
  const headers: string[] = [];
  if (hints.includes("header")) headers.push("retry-after", String(Math.max(1, Math.ceil(wholeMs(waitMs) / 1_000))));
  else if (hints.includes("date")) headers.push("retry-after", httpDate(Math.ceil((wallMs + waitMs) / 1_000) * 1_000));
  if (hints.includes("ms_header")) headers.push("retry-after-ms", String(wholeMs(waitMs)));
  return headers;
}

/** The wait that headers announce, in milliseconds, read as the official SDKs do: retry-after-ms, then seconds, then a date. */
export function readRetryHeaders(headers: HeaderList): number | undefined {
  const exact = nonNegative(headerValue(headers, "retry-after-ms"));
  if (exact !== undefined) return exact;
  const value = headerValue(headers, "retry-after");
  const seconds = nonNegative(value);
  if (seconds !== undefined) return seconds * 1_000;
  // A date means something only beside the sender's own clock.
  const until = Date.parse(value ?? "");
  const sent = Date.parse(headerValue(headers, "date") ?? "");
  return Number.isNaN(until) || Number.isNaN(sent) ? undefined : Math.max(0, until - sent);
}

/** IMF-fixdate. */
export function httpDate(wallMs: number): string {
  return new Date(wallMs).toUTCString();
}

function nonNegative(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
