import type { ProviderRefusal } from "../../core/dialect.ts";
import { type HeaderList, headerValue } from "../../core/exchange.ts";
import { isRecord, parseRecord, textOf } from "../shared/json.ts";
import { readRetryHeaders } from "../shared/retry-hints.ts";

/** A refusal is small; what is larger is not read for its text. */
const LARGEST_BODY = 64 * 1024;
/** In the three wordings seen: "Please retry after 45 seconds", "Try again in 50 seconds", "Retry after 2 seconds". */
const RETRY_AFTER = /(?:retry after|try again in) (\d+) (milli)?seconds?/i;

/**
 * What Azure's own 429, 403 or 503 announces. The resets in the countdown headers are no announcement: no client obeys them.
 */
export function readAzureRefusal(status: number, headers: HeaderList, body: Uint8Array): ProviderRefusal | undefined {
  if (status === 503) return { trouble: "overloaded", dimension: undefined, waitMs: readRetryHeaders(headers) };
  const text = messageOf(body);
  if (status === 403 && /\bout of .*quota\b/i.test(text)) {
    return { trouble: "quota_exceeded", dimension: undefined, waitMs: undefined };
  }
  if (status !== 429) return undefined;
  const waitMs = readRetryHeaders(headers) ?? waitIn(text);
  if (text.includes("high demand")) return { trouble: "overloaded", dimension: undefined, waitMs };
  return { trouble: "rate_limit", dimension: dimensionOf(text, headers), waitMs };
}

/** In an envelope, or without one as a gateway sends it. */
function messageOf(body: Uint8Array): string {
  const reply = body.byteLength <= LARGEST_BODY ? parseRecord(body) : undefined;
  const error = isRecord(reply?.["error"]) ? reply["error"] : reply;
  return textOf(error?.["message"]);
}

function waitIn(text: string): number | undefined {
  const found = RETRY_AFTER.exec(text);
  return found === null ? undefined : Number(found[1]) * (found[2] === undefined ? 1_000 : 1);
}

/** The shortest wording names nothing; then the policy that refused does. */
function dimensionOf(text: string, headers: HeaderList): string | undefined {
  const policy = headerValue(headers, "policy-id") ?? "";
  if (text.includes("token rate limit") || policy.endsWith("-Token")) return "tpm";
  return text.includes("call rate limit") || policy.endsWith("-Call") ? "rpm" : undefined;
}
