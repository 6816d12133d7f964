import type { LlmCall, ReplyContext, RetryHint, Trouble } from "../../core/dialect.ts";
import type { LimitRefusal } from "../../core/limits.ts";
import { goDuration } from "./go-duration.ts";
import type { OpenAiError } from "./openai-envelope.ts";
import { DIMENSION_WORDS, refusalCountdown } from "./openai-limits.ts";
import { retryHeaders } from "./retry-hints.ts";

const DEFAULT_HINTS: readonly RetryHint[] = ["header", "body"];
const LEARN_MORE = "Visit https://platform.openai.com/account/rate-limits to learn more.";

/**
 * The 429 of a limit. Type and wording follow captured bodies (continuedev/continue#11472, #11717, Pythagora-io/gpt-pilot#53);
 * the documentation now speaks of the type `rate_limit_error`, which no captured body has.
 */
export function rateLimitError(
  trouble: Extract<Trouble, { kind: "rate_limit" }>,
  call: LlmCall,
  context: ReplyContext,
): OpenAiError {
  const { refusal, readings } = trouble;
  const hints = trouble.hints ?? DEFAULT_HINTS;
  const announcedMs = trouble.announcedMs ?? refusal.waitMs;
  return {
    status: 429,
    headers: [
      ...(refusal.waitMs === undefined || announcedMs === undefined
        ? []
        : retryHeaders(announcedMs, hints, context.wallMs)),
      ...refusalCountdown(refusal, readings),
    ],
    error: {
      message: rateLimitText(trouble, call, context),
      type: DIMENSION_WORDS[refusal.dimension].family,
      param: null,
      code: "rate_limit_exceeded",
    },
  };
}

function rateLimitText(
  trouble: Extract<Trouble, { kind: "rate_limit" }>,
  call: LlmCall,
  context: ReplyContext,
): string {
  const { refusal } = trouble;
  const hints = trouble.hints ?? DEFAULT_HINTS;
  const place = `${call.model} in organization ${context.organization} on ${DIMENSION_WORDS[refusal.dimension].phrase}`;
  const requested = Math.ceil(refusal.requested);
  if (refusal.waitMs === undefined) {
    return `Request too large for ${place}: Limit ${refusal.limit}, Requested ${requested}. The input or output tokens must be reduced in order to run successfully. ${LEARN_MORE}`;
  }
  // The counters are the truth; a lie stands in the headers, and in the text only where no header carries it.
  const spokenMs = hints.some((hint) => hint !== "body") ? refusal.waitMs : (trouble.announcedMs ?? refusal.waitMs);
  const again = hints.includes("body") ? ` Please try again in ${goDuration(spokenMs)}.` : "";
  return `Rate limit reached for ${place}: Limit ${refusal.limit}, Used ${displayedUse(refusal)}, Requested ${requested}.${again} ${LEARN_MORE}`;
}

/** Whole, as OpenAI prints it. Rounded up: a refusal must not display a use under which the request would fit. */
function displayedUse(refusal: LimitRefusal): number {
  return Math.max(0, Math.ceil(refusal.used - 1e-6));
}
