import type { LlmCall, ReplyContext, RetryHint, Trouble } from "../../core/dialect.ts";
import { goDuration } from "../shared/go-duration.ts";
import { retryHeaders } from "../shared/retry-hints.ts";
import { type MessagesError, organizationId } from "./error.ts";
import { DIMENSION_PHRASES, refusalCountdown } from "./limits.ts";

type RateLimit = Extract<Trouble, { kind: "rate_limit" }>;

/** The text itself announces nothing. */
const DEFAULT_HINTS: readonly RetryHint[] = ["header"];

/** Headers as in captured refusals (whoz-oss/coday#110; x-should-retry also in anthropics/anthropic-sdk-typescript#357). */
export function rateLimitError(trouble: RateLimit, call: LlmCall, context: ReplyContext): MessagesError {
  const { refusal, readings, hints = DEFAULT_HINTS } = trouble;
  const announcedMs = trouble.announcedMs ?? refusal.waitMs;
  const waits = refusal.waitMs !== undefined && announcedMs !== undefined;
  return {
    status: 429,
    headers: [
      "x-should-retry",
      "true",
      ...refusalCountdown(refusal, readings, context),
      ...(waits ? retryHeaders(announcedMs, hints, context.wallMs) : []),
    ],
    error: { type: "rate_limit_error", message: rateLimitText(trouble, call, context) },
  };
}

/** The wording since February 2026 (continuedev/continue#10425, #12057). One request above the limit gets the same. */
function rateLimitText(trouble: RateLimit, call: LlmCall, context: ReplyContext): string {
  const { refusal } = trouble;
  if (refusal.dimension === "concurrency") {
    return `Number of concurrent connections has exceeded your rate limit. Please try again later or contact sales at https://claude.com/contact-sales to discuss your options for a rate limit increase.${spokenWait(trouble)}`;
  }
  const limit = `${refusal.limit.toLocaleString("en-US")} ${DIMENSION_PHRASES[refusal.dimension]}`;
  return `This request would exceed your organization's rate limit of ${limit} (org: ${organizationId(context)}, model: ${call.model}). For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later. You may also contact sales at https://claude.com/contact-sales to discuss your options for a rate limit increase.${spokenWait(trouble)}`;
}

/** Only for a scenario that asks for it: this provider never says the wait in words. */
function spokenWait({ refusal, hints, announcedMs }: RateLimit): string {
  if (hints?.includes("body") !== true || refusal.waitMs === undefined) return "";
  // The counters are the truth; a lie stands in the headers, and in the text only where no header carries it.
  const spokenMs = hints.some((hint) => hint !== "body") ? refusal.waitMs : (announcedMs ?? refusal.waitMs);
  return ` Please try again in ${goDuration(spokenMs)}.`;
}
