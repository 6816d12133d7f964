import type { LlmCall, ReplyContext, Trouble } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import type { RefusalDimension } from "../../core/limits.ts";
import { goDuration } from "../shared/go-duration.ts";
import type { JsonRecord } from "../shared/json.ts";
import { DIMENSION_WORDS } from "../shared/openai-limits.ts";
import { retryHeaders } from "../shared/retry-hints.ts";
import { countdownOfRefusal } from "./countdown.ts";
import { fill } from "./fill.ts";
import type { CompatibleProvider, ErrorWords } from "./words.ts";

type RateLimit = Extract<Trouble, { kind: "rate_limit" }>;

/** A limit's refusal in the provider's words, with headers that agree. */
export function limitError(
  provider: CompatibleProvider,
  trouble: RateLimit,
  { call, context }: { call: LlmCall; context: ReplyContext },
): { words: ErrorWords; headers: HeaderList; more: JsonRecord } {
  const { limit, countdown } = provider;
  const { refusal } = trouble;
  const hints = trouble.hints ?? limit.hints;
  const announcedMs = refusal.waitMs === undefined ? undefined : (trouble.announcedMs ?? refusal.waitMs);
  const spokenMs = spokenWait(trouble, hints);
  const untilMs = spokenMs === undefined ? undefined : context.wallMs + spokenMs;
  const own = limit.headers?.(refusal, untilMs) ?? [];
  return {
    words: wordsOf(provider, trouble, { call, context, spokenMs }),
    headers: [
      ...(announcedMs === undefined ? [] : retryHeaders(announcedMs, hints, context.wallMs)),
      ...countdownOfRefusal(countdown, trouble),
      ...own,
    ],
    more: limit.copy?.(own) ?? {},
  };
}

/** The counters are the truth; a lie stands in the retry headers, and in the text only where no header carries it. */
function spokenWait({ refusal, announcedMs }: RateLimit, hints: readonly string[]): number | undefined {
  if (refusal.waitMs === undefined || !hints.includes("body")) return undefined;
  return hints.some((hint) => hint !== "body") ? refusal.waitMs : (announcedMs ?? refusal.waitMs);
}

function wordsOf(
  { limit }: CompatibleProvider,
  { refusal }: RateLimit,
  { call, context, spokenMs }: { call: LlmCall; context: ReplyContext; spokenMs: number | undefined },
): ErrorWords {
  const words = refusal.waitMs === undefined ? (limit.tooLarge ?? limit.refusal) : limit.refusal;
  const again = spokenMs === undefined ? "" : fill(limit.again, { wait: goDuration(spokenMs) });
  const message = fill(words.message.includes("{again}") ? words.message : `${words.message}{again}`, {
    model: call.model,
    organization: context.organization,
    phrase: limit.phrases[refusal.dimension],
    limit: refusal.limit,
    // Whole; a refusal must not display a use under which the request would fit.
    used: Math.max(0, Math.ceil(refusal.used - 1e-6)),
    requested: Math.ceil(refusal.requested),
    again,
  });
  const type = limit.types?.[familyOf(refusal.dimension)];
  return { ...words, message, ...(type !== undefined && { type }) };
}

export function familyOf(dimension: RefusalDimension): "requests" | "tokens" {
  return DIMENSION_WORDS[dimension].family;
}
