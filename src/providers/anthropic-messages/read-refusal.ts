import type { ProviderRefusal } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import { parseDuration } from "../../core/units.ts";
import { isRecord, type JsonRecord, parseRecord, textOf } from "../shared/json.ts";
import { readRetryHeaders } from "../shared/retry-hints.ts";

/** A refusal is small; what is larger is not read for its text. */
const LARGEST_BODY = 64 * 1024;
/** A gateway in front may speak so; this provider does not. */
const TRY_AGAIN = /try again in ((?:\d[\d.]*(?:ms|s|m|h|d))+)/i;
const MONEY = /reached your (?:specified )?(?:workspace )?API usage limits|credit balance is too low/;
/** The more particular first; the last three are an older wording. */
const PHRASES: readonly [phrase: string, dimension: string][] = [
  ["input tokens per minute", "itpm"],
  ["output tokens per minute", "otpm"],
  ["requests per minute", "rpm"],
  ["tokens per minute", "tpm"],
  ["concurrent connections", "concurrency"],
  ["request tokens has exceeded your per-minute", "tpm"],
  ["request tokens has exceeded your daily", "tpd"],
  ["requests has exceeded your per-minute", "rpm"],
];

/** What the provider's own refusal announces. Spent money comes as 429, 402 and 400; 503 is what servers like it say for 529. */
export function readMessagesRefusal(
  status: number,
  headers: HeaderList,
  body: Uint8Array,
): ProviderRefusal | undefined {
  const announced = readRetryHeaders(headers);
  if (status === 529 || status === 503) return { trouble: "overloaded", dimension: undefined, waitMs: announced };
  if (status !== 429 && status !== 402 && status !== 400) return undefined;
  const error = errorIn(body);
  const text = textOf(error["message"]);
  if (status === 402 || MONEY.test(text) || spendCode(error)) {
    return { trouble: "quota_exceeded", dimension: undefined, waitMs: announced };
  }
  if (status === 400) return undefined;
  return {
    trouble: "rate_limit",
    dimension: PHRASES.find(([words]) => text.includes(words))?.[1],
    waitMs: announced ?? parseDuration(TRY_AGAIN.exec(text)?.[1] ?? "none"),
  };
}

function errorIn(body: Uint8Array): JsonRecord {
  const envelope = body.byteLength <= LARGEST_BODY ? parseRecord(body) : undefined;
  return isRecord(envelope?.["error"]) ? envelope["error"] : {};
}

/** There are several such codes, and more come. */
function spendCode({ details }: JsonRecord): boolean {
  return isRecord(details) && textOf(details["error_code"]).includes("spend_limit");
}
