import type { ProviderRefusal } from "../../core/dialect.ts";
import { type HeaderList, headerValue } from "../../core/exchange.ts";
import { isRecord, type JsonRecord, parseRecord, textOf } from "../shared/json.ts";
import { readOpenAiRefusal } from "../shared/openai-read-refusal.ts";
import { readRetryHeaders } from "../shared/retry-hints.ts";

/** A refusal is small; what is larger is not read for its text. */
const LARGEST_BODY = 64 * 1024;
/** Words for a server that is full, under the status of a limit (Mistral). */
const FULL = /capacity exceeded|overloaded/i;
const SPENT = /insufficient credits|requires more credits|blocked_api_access/i;
/** OpenRouter's names of its limits. */
const PER: readonly [words: string, dimension: string][] = [
  ["-per-day", "rpd"],
  ["-per-min", "rpm"],
];

/** What a compatible provider's own refusal announces: as OpenAI's, and the turns that others have beside it. */
export function readCompatibleRefusal(
  status: number,
  headers: HeaderList,
  body: Uint8Array,
): ProviderRefusal | undefined {
  const error = errorIn(body);
  const message = textOf(error["message"]);
  const waitMs = readRetryHeaders(headers) ?? untilReset(headers);
  if (status === 402 || (status === 400 && SPENT.test(`${message} ${error["code"]}`)))
    return { trouble: "quota_exceeded", dimension: undefined, waitMs };
  // Groq: the server is busy (498), or one request is above the limit (413).
  if (status === 498 || (status === 429 && FULL.test(message)))
    return { trouble: "overloaded", dimension: undefined, waitMs };
  const tooLarge = status === 413 && error["code"] === "rate_limit_exceeded";
  const read = readOpenAiRefusal(tooLarge ? 429 : status, headers, new TextEncoder().encode(JSON.stringify({ error })));
  const named = PER.find(([words]) => message.includes(words))?.[1];
  return read && { ...read, dimension: named ?? read.dimension, waitMs: read.waitMs ?? waitMs };
}

/** With an envelope or without. */
function errorIn(body: Uint8Array): JsonRecord {
  const reply = body.byteLength <= LARGEST_BODY ? parseRecord(body) : undefined;
  return isRecord(reply?.["error"]) ? reply["error"] : (reply ?? {});
}

/** OpenRouter tells the time of the reset in milliseconds since the epoch; it means something beside the sender's own clock. */
function untilReset(headers: HeaderList): number | undefined {
  const until = Number(headerValue(headers, "x-ratelimit-reset") ?? Number.NaN);
  const sent = Date.parse(headerValue(headers, "date") ?? "");
  return until > 1e12 && !Number.isNaN(sent) ? Math.max(0, until - sent) : undefined;
}
