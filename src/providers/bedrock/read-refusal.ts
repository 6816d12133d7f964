import type { ProviderRefusal } from "../../core/dialect.ts";
import { type HeaderList, headerValue } from "../../core/exchange.ts";
import { parseDuration } from "../../core/units.ts";
import { parseRecord, textOf } from "../shared/json.ts";
import { readRetryHeaders } from "../shared/retry-hints.ts";
import { RETRY_AFTER_MS } from "./rate-limit.ts";

/** A refusal is small; what is larger is not read for its text. */
const LARGEST_BODY = 64 * 1024;
/** A gateway in front may speak so; this provider does not. */
const TRY_AGAIN = /try again in ((?:\d[\d.]*(?:ms|s|m|h|d))+)/i;

/** The more particular first. */
const PHRASES: readonly [phrase: RegExp, dimension: string][] = [
  [/too many tokens per day/i, "tpd"],
  [/too many tokens/i, "tpm"],
  [/too many requests/i, "rpm"],
];

/** What Bedrock's own refusal tells: which kind of quota, by its words. 424 and 408 are a model's trouble, not a wall. */
export function readRefusal(status: number, headers: HeaderList, body: Uint8Array): ProviderRefusal | undefined {
  const name = (headerValue(headers, "x-amzn-errortype") ?? "").split(":")[0];
  const reply = body.byteLength <= LARGEST_BODY ? parseRecord(body) : undefined;
  const text = textOf(reply?.["message"]) || textOf(reply?.["Message"]);
  if (name === "ServiceQuotaExceededException") {
    return { trouble: "quota_exceeded", dimension: undefined, waitMs: undefined };
  }
  if (status !== 429 && status !== 503) return undefined;
  const waitMs = exactWait(headers) ?? readRetryHeaders(headers) ?? parseDuration(TRY_AGAIN.exec(text)?.[1] ?? "none");
  // A model that is still being loaded answers 429 as well.
  if (status === 503 || name === "ModelNotReadyException")
    return { trouble: "overloaded", dimension: undefined, waitMs };
  return { trouble: "rate_limit", dimension: PHRASES.find(([phrase]) => phrase.test(text))?.[1], waitMs };
}

function exactWait(headers: HeaderList): number | undefined {
  const value = headerValue(headers, RETRY_AFTER_MS)?.trim() ?? "";
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}
