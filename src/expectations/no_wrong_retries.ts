import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { Attempt } from "../core/history.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { isCertain, overAtMs, type Retry, retriesOf } from "./shared/retries.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({});
type Params = z.output<typeof params>;

/** The request itself is refused: sent again unchanged it is refused again. 408, 409, 425 and 429 are not among them. */
const INCURABLE: ReadonlySet<number> = new Set([400, 401, 402, 403, 404, 405, 413, 414, 415, 422, 431, 451]);
/** Refusals that no wait cures, under whatever status. */
const INCURABLE_TROUBLE: Readonly<Record<string, string>> = {
  quota_exceeded: "a spent quota",
  content_filter: "a content filter's refusal",
};

/**
 * A request with another body or another key is no repetition: the app repaired it, or fetched a new token. A fallback to
 * another model is a call of its own. Whether a request repeats one that had delivered can be seen only by an identity
 * (Idempotency-Key) or by the client library's retry count; an equal prompt alone is a new call.
 */
export const noWrongRetries = {
  name: "no_wrong_retries",
  summary: "Nothing is retried that must not be: a 4xx that repeating cannot cure, a spent quota, a delivered answer.",
  needsFrontDoor: false,
  params,
  explain: () => "nothing is retried after 4xx (but 408, 409, 425, 429), a spent quota, or a delivered answer",
  check(_given, history) {
    const final = history.attempts.filter((attempt) => whyFinal(attempt) !== undefined);
    const refusals = final.filter(({ delivered }) => !delivered);
    const wrong = retriesOf(history.logicalCalls).filter(isWrong);
    const certain = wrong.filter(isCertain);
    const seen = counted(refusals.length, "refusal");
    if (certain.length > 0)
      return fail(
        `${counted(certain.length, "wrong retry", "wrong retries")} (${seen} that must not be retried)`,
        certain.map(asEvidence),
      );
    if (wrong.length > 0)
      return inconclusive(
        `${counted(wrong.length, "request")} may be wrong retries, or new calls with the same prompt; let the app send an Idempotency-Key per call or pass on traceparent`,
        wrong.map(asEvidence),
      );
    if (refusals.length === 0) return unseen("no call met a refusal that must not be retried");
    return pass(`nothing was retried after ${seen} that must not be, nor after a delivered answer`);
  },
} satisfies Expectation<Params>;

/** Why an attempt must not be repeated, in words; undefined when it may be. */
function whyFinal({ delivered, refused, ended }: Attempt): string | undefined {
  if (delivered) return "a delivered answer";
  const trouble = INCURABLE_TROUBLE[refused?.trouble ?? ""];
  if (trouble !== undefined) return trouble;
  const status = ended?.status ?? 0;
  return INCURABLE.has(status) ? `a ${status}` : undefined;
}

function isWrong({ before, attempt }: Retry): boolean {
  if (whyFinal(before) === undefined) return false;
  // One that was on its way already (a hedged request) did not know of the answer.
  if ((overAtMs(before) ?? Number.POSITIVE_INFINITY) > attempt.headAtMs) return false;
  const { body_hash, key_hash } = attempt.received;
  return body_hash === before.received.body_hash && key_hash === before.received.key_hash;
}

function asEvidence({ before, attempt }: Retry): Evidence {
  return {
    note: `${attempt.call} repeats ${before.call} after ${whyFinal(before)}`,
    events: [before.refused?.seq ?? before.ended?.seq ?? before.received.seq, attempt.received.seq],
    got: "the same request again",
    wanted: "no retry",
  };
}
