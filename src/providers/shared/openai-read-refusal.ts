import type { ProviderRefusal } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import { parseDuration } from "../../core/units.ts";
import { isRecord, parseRecord } from "./json.ts";
import { QUOTA_CODES } from "./openai-errors.ts";
import { readRetryHeaders } from "./retry-hints.ts";

/** A refusal is small; what is larger is not read for its text. */
const LARGEST_BODY = 64 * 1024;
const TRY_AGAIN = /try again in ((?:\d[\d.]*(?:ms|s|m|h|d))+)/i;
const NAMED = /\((RPM|TPM|RPD|TPD)\)/;
const PHRASES: readonly [phrase: string, dimension: string][] = [
  ["tokens per min", "tpm"],
  ["requests per min", "rpm"],
  ["tokens per day", "tpd"],
  ["requests per day", "rpd"],
  ["images per min", "images"],
  ["concurrent requests", "concurrency"],
];

/** What the provider's own 429 or 503 announces. A compatible server may leave out any part of it. */
export function readOpenAiRefusal(status: number, headers: HeaderList, body: Uint8Array): ProviderRefusal | undefined {
  if (status === 503) return { trouble: "overloaded", dimension: undefined, waitMs: readRetryHeaders(headers) };
  if (status !== 429) return undefined;
  const envelope = body.byteLength <= LARGEST_BODY ? parseRecord(body) : undefined;
  const error = isRecord(envelope?.["error"]) ? envelope["error"] : {};
  const type = String(error["type"] ?? "");
  const text = typeof error["message"] === "string" ? error["message"] : "";
  if (type === "insufficient_quota" || QUOTA_CODES.some((code) => code === error["code"])) {
    return { trouble: "quota_exceeded", dimension: undefined, waitMs: readRetryHeaders(headers) };
  }
  return {
    trouble: "rate_limit",
    dimension: dimensionOf(text, type),
    waitMs: readRetryHeaders(headers) ?? parseDuration(TRY_AGAIN.exec(text)?.[1] ?? "none"),
  };
}

function dimensionOf(text: string, type: string): string | undefined {
  const named = NAMED.exec(text)?.[1]?.toLowerCase();
  if (named !== undefined) return named;
  const phrase = PHRASES.find(([words]) => text.includes(words));
  if (phrase !== undefined) return phrase[1];
  return { tokens: "tpm", requests: "rpm" }[type];
}
