import type { ProviderRefusal } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import { parseDuration } from "../../core/units.ts";
import { isRecord, type JsonRecord, recordsOf, textOf } from "../shared/json.ts";
import { readRetryHeaders } from "../shared/retry-hints.ts";
import { parseReply } from "./envelope.ts";

/** A refusal is small; what is larger is not read for its text. */
const LARGEST_BODY = 64 * 1024;
const RETRY_IN = /retry in ((?:\d[\d.]*(?:ms|s|m|h|d))+)/i;
const LIMIT_OF_NOTHING = /\blimit: 0\b/;
const SPENT = /prepayment credits|spend(?:ing)? (?:cap|limit)/i;

/** By the quota's id. The longest window first: when several are exceeded, it is the one that counts. */
const DIMENSIONS: readonly [id: RegExp, dimension: string][] = [
  [/^GenerateRequestsPerDay/, "rpd"],
  [/TokensPerModelPerDay/, "tpd"],
  [/^GenerateRequestsPerMinute/, "rpm"],
  [/InputTokensPerModelPerMinute/, "tpm"],
  [/^PredictImages/, "images"],
  [/^ConcurrentRequests/, "concurrency"],
];

/** What Google's own 429 or 503 announces: RetryInfo, or the sentence in the text. Vertex tells neither. */
export function readGeminiRefusal(status: number, headers: HeaderList, body: Uint8Array): ProviderRefusal | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const envelope = body.byteLength <= LARGEST_BODY ? parseReply(body)[0] : undefined;
  const error = isRecord(envelope?.["error"]) ? envelope["error"] : {};
  const text = textOf(error["message"]);
  const details = recordsOf(error["details"]);
  const waitMs = readRetryHeaders(headers) ?? retryDelay(details) ?? parseDuration(RETRY_IN.exec(text)?.[1] ?? "none");
  if (status === 503) return { trouble: "overloaded", dimension: undefined, waitMs };
  const violations = details.flatMap((detail) => recordsOf(detail["violations"]));
  // A wait that comes with a limit of nothing cures nothing.
  if (SPENT.test(text) || LIMIT_OF_NOTHING.test(text)) {
    return { trouble: "quota_exceeded", dimension: undefined, waitMs };
  }
  return { trouble: "rate_limit", dimension: dimensionOf(violations), waitMs };
}

function retryDelay(details: readonly JsonRecord[]): number | undefined {
  const delay = details.map((detail) => textOf(detail["retryDelay"])).find((text) => text !== "");
  return delay === undefined ? undefined : parseDuration(delay);
}

function dimensionOf(violations: readonly JsonRecord[]): string | undefined {
  const ids = violations.map((violation) => textOf(violation["quotaId"]));
  return DIMENSIONS.find(([pattern]) => ids.some((id) => pattern.test(id)))?.[1];
}
