import type { Attempt, FrontDoorCall } from "../core/history.ts";
import { closedAtMs } from "../core/in-flight.ts";
import type { KeptFrontEnd } from "../core/kept-events.ts";
import { formatDuration } from "../core/units.ts";
import type { FrontDoorFacts } from "./front-door-facts.ts";
import type { FrontDraft } from "./front-draft.ts";
import { attemptsInOrder } from "./queueing.ts";

type Judged = Pick<FrontDoorCall, "outcome" | "certain" | "because">;

const DEFAULT_DEADLINE_MS = 30_000;

/** The contract's "What became of a front-door call", worst first. Undefined: it was still running when the run or its log ended. */
export function outcomeOf(draft: FrontDraft, facts: FrontDoorFacts): Judged | undefined {
  const { ended, started } = draft;
  const deadlineMs = facts.app?.deadlineMs ?? DEFAULT_DEADLINE_MS;
  if (ended === undefined) {
    const ran = facts.lastMs - started.started_at_ms;
    return ran < deadlineMs ? undefined : certainly("hung", `no end after ${formatDuration(ran)}`);
  }
  if (ended.how === "given_up") return undefined;
  if (ended.how === "deadline") return certainly("hung", `no end by the deadline of ${formatDuration(deadlineMs)}`);
  if (ended.matched.shed === true && ended.how === "complete") return shedOrFailed(draft, ended, facts);
  const fault = failureOf(ended, facts);
  if (fault !== undefined) return certainly("failed", fault);
  return servedOrCut(draft, ended, facts);
}

function certainly(outcome: Judged["outcome"], because: string): Judged {
  return { outcome, certain: true, because };
}

/**
 * Refusing is shedding only while it saves the upstream's capacity and speaks in the app's own words: whoever asks the
 * provider again after a refusal, and only then gives up, has failed. Several calls at once, or answered ones before, are none
 * of that.
 */
function shedOrFailed(draft: FrontDraft, ended: KeptFrontEnd, facts: FrontDoorFacts): Judged {
  const attempts = attemptsInOrder(draft.logicalCalls);
  if (ended.provider_text)
    return certainly("failed", "shed_when matched, but the answer shows the provider's error text");
  if (askedAgain(attempts)) return certainly("failed", `shed_when matched, but only after ${attempts.length} attempts`);
  if (attempts.length > 0) return certainly("shed", afterAttempts(attempts));
  if (facts.joinsSeen) return certainly("shed", `refused with ${ended.status} before calling the provider`);
  const because = `refused with ${ended.status}; its attempts could not be joined`;
  if (!facts.repeatedWithin(draft.started.started_at_ms, ended.at_ms)) return certainly("shed", because);
  return { outcome: "shed", certain: false, because: `${because}, and calls were repeated in its time` };
}

/** An attempt was made when an earlier one was known to have failed. `attempts` in order of their heads. */
function askedAgain(attempts: readonly Attempt[]): boolean {
  let newsAtMs = Number.POSITIVE_INFINITY;
  return attempts.some((attempt) => {
    if (attempt.headAtMs >= newsAtMs) return true;
    if (!attempt.delivered) newsAtMs = Math.min(newsAtMs, closedAtMs(attempt) ?? Number.POSITIVE_INFINITY);
    return false;
  });
}

function afterAttempts(attempts: readonly Attempt[]): string {
  const refused = attempts.filter((attempt) => attempt.refused !== undefined).length;
  if (attempts.length === 1)
    return refused === 0 ? "refused after one attempt" : "refused after the wall refused one attempt";
  return `refused after ${attempts.length} attempts, of which the wall refused ${refused}, without asking again`;
}

function failureOf(ended: KeptFrontEnd, facts: FrontDoorFacts): string | undefined {
  const { how, status, matched } = ended;
  if (how === "refused") return "the app refused the connection";
  if (how === "failed") return "the connection broke before an answer began";
  if (status < 200 || status >= 300) return `answered with ${status}`;
  if (how === "cut") return "the answer broke off";
  if (matched.error === true) return "error_when matched";
  if (matched.incomplete === true) return "the app says itself that the answer is not whole";
  if (facts.app?.declares.done === true && matched.done !== true) return "ended without what done_when describes";
  return undefined;
}

const wholeWith = (status: number) => `a whole answer with ${status}`;
/** Said of nearly every call of a long run: one text for all. */
const WHOLE = wholeWith(200);

function servedOrCut(draft: FrontDraft, ended: KeptFrontEnd, facts: FrontDoorFacts): Judged {
  const truncation = facts.truncated.of(draft);
  if (truncation.seen === "none") return certainly("served", ended.status === 200 ? WHOLE : wholeWith(ended.status));
  const { call } = truncation.attempt;
  if (truncation.seen === "delivered")
    return certainly("cut", `passed on as whole, and ends where the truncated upstream answer ${call} ends`);
  const because = `the upstream answer ${call} was truncated; whether its text was delivered cannot be told`;
  return { outcome: "served", certain: false, because };
}
