import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import { share } from "../core/schema.ts";
import { formatDuration, formatShare } from "../core/units.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { tooAmbiguous } from "./shared/links.ts";
import { retriesOf } from "./shared/retries.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({
  at_most: share().prefault("20%").meta({ description: "Retries per first attempt, in each 10 seconds. Default 20%" }),
  at_least: share()
    .prefault("100%")
    .meta({ description: "Share of the busy 10 seconds that stay within. Default 100%" }),
});
type Params = z.output<typeof params>;

const SPAN_MS = 10_000;
/** In a span with fewer attempts, one retry more or less would decide. */
const LEAST_ATTEMPTS = 10;

interface Span {
  fromMs: number;
  firsts: number;
  /** What the retries are compared with. */
  against: number;
  /** Sequence numbers of the heads. */
  retries: number[];
}

/**
 * Retries count in the span in which they arrive. They are compared with the first attempts of that span or of the last
 * one before it that had any, whichever is more: calls begun just before a border, or before a wait in which the app made
 * no new ones, must not make their few retries look like a storm.
 */
export const retryBudget = {
  name: "retry_budget",
  summary: "In each 10 seconds, retries are a small share beside the first attempts.",
  needsFrontDoor: false,
  params,
  explain: ({ at_most, at_least }) =>
    `retries ≤ ${formatShare(at_most)} of first attempts in ${at_least >= 1 ? "each" : `${formatShare(at_least)} of all`} 10 s`,
  check(given, history) {
    if (history.logicalCalls.length === 0) return unseen("no calls were seen");
    const doubtful = tooAmbiguous(history);
    if (doubtful !== undefined) return doubtful;
    const spans = spansOf(history);
    const retries = spans.reduce((sum, span) => sum + span.retries.length, 0);
    if (retries === 0) return pass(`none of ${counted(history.logicalCalls.length, "call")} was retried`);
    const busy = spans.filter((span) => span.firsts + span.retries.length >= LEAST_ATTEMPTS);
    if (busy.length === 0)
      return inconclusive(
        `${counted(retries, "retry", "retries")}, but never ${LEAST_ATTEMPTS} attempts in 10 s: too few for a share`,
      );
    return judge(given, busy);
  },
} satisfies Expectation<Params>;

function spansOf({ logicalCalls }: History): Span[] {
  const spans = new Map<number, Span>();
  const at = (ms: number): Span => {
    const index = Math.floor(ms / SPAN_MS);
    const span = spans.get(index) ?? { fromMs: index * SPAN_MS, firsts: 0, against: 0, retries: [] };
    spans.set(index, span);
    return span;
  };
  for (const { attempts } of logicalCalls) if (attempts[0] !== undefined) at(attempts[0].headAtMs).firsts += 1;
  for (const { attempt } of retriesOf(logicalCalls)) at(attempt.headAtMs).retries.push(attempt.received.seq);
  const inOrder = [...spans.values()].sort((a, b) => a.fromMs - b.fromMs);
  let before = 0;
  for (const span of inOrder) {
    span.against = Math.max(span.firsts, before);
    if (span.firsts > 0) before = span.firsts;
  }
  return inOrder;
}

const shareOf = ({ retries, against }: Span) => retries.length / against;

function judge({ at_most, at_least }: Params, busy: readonly Span[]) {
  const over = busy.filter((span) => shareOf(span) > at_most).sort((a, b) => shareOf(b) - shareOf(a));
  const peak = busy.reduce((most, span) => Math.max(most, shareOf(span)), 0);
  const within = busy.length - over.length;
  const summary = `${within} of ${counted(busy.length, "busy span")} of 10 s within the budget, at worst ${formatShare(peak)} retries`;
  const evidence = over.map((span) => asEvidence(span, at_most));
  return within / busy.length >= at_least ? pass(summary, evidence) : fail(summary, evidence);
}

function asEvidence(span: Span, atMost: number): Evidence {
  const { fromMs, retries, against } = span;
  return {
    note: `from ${formatDuration(fromMs)} to ${formatDuration(fromMs + SPAN_MS)}`,
    events: retries.slice(0, 20),
    got: `${counted(retries.length, "retry", "retries")} beside ${counted(against, "first attempt")}`,
    wanted: `≤ ${formatShare(atMost)}`,
  };
}
