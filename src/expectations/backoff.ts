import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import { percentile } from "../core/percentile.ts";
import { duration, share } from "../core/schema.ts";
import { formatDuration, formatShare } from "../core/units.ts";
import { type Gap, gapsOf } from "./shared/gaps.ts";
import { notNeededOrUnseen } from "./shared/held-back.ts";
import { fail, inconclusive, pass } from "./shared/judgements.ts";
import { tooAmbiguous } from "./shared/links.ts";
import { medianIsBelow } from "./shared/sign-test.ts";
import { counted, ratio } from "./shared/words.ts";

const params = z.strictObject({
  grows: z
    .number()
    .min(1)
    .prefault(1.5)
    .meta({ description: "Each wait is at least this many times the one before, in the median. Default 1.5" }),
  jitter: share()
    .prefault("10%")
    .meta({ description: "How far equal waits are spread, from the 10th to the 90th percentile. Default 10%" }),
  until: duration().prefault("5s").meta({ description: "From this wait on it need not grow any more. Default 5s" }),
});
type Params = z.output<typeof params>;

/** Fewer cannot tell a habit from chance. */
const LEAST = 5;

interface Finding {
  verdict: "pass" | "fail" | "inconclusive";
  words: string;
  evidence: readonly Evidence[];
}

/**
 * Looks at the waits before retries of calls that failed without being told how long to wait. Growth compares two waits
 * of one call in a row, jitter the waits before the n-th retry of different calls after the same kind of failure. A wait at
 * which a retry count starts over belongs to another layer (a queue around a client library) and is left out.
 */
export const backoff = {
  name: "backoff",
  summary: "Where no wait was announced, the waits between retries grow and are jittered.",
  needsFrontDoor: false,
  params,
  explain: ({ grows, jitter, until }) =>
    `waits grow ${ratio(grows)} times each${jitter === 0 ? "" : ` and are spread by ${formatShare(jitter)}`}, until ${formatDuration(until)}`,
  check(given, history, whole) {
    const { gaps, voided } = gapsOf(history);
    if (gaps.length + voided === 0) return notNeededOrUnseen(whole, whyUnseen(history));
    const doubtful = tooAmbiguous(history);
    if (doubtful !== undefined) return doubtful;
    const findings = [growthOf(gaps, given), ...(given.jitter === 0 ? [] : [jitterOf(gaps, given)])];
    const own = voided === 0 ? "" : `, ${voided} void: our own loop was late`;
    const summary = `${findings.map(({ words }) => words).join("; ")} (${counted(gaps.length, "wait")}${own})`;
    const broken = findings.filter(({ verdict }) => verdict === "fail").flatMap(({ evidence }) => evidence);
    if (broken.length > 0) return fail(summary, broken);
    return findings.some(({ verdict }) => verdict === "inconclusive") ? inconclusive(summary) : pass(summary);
  },
} satisfies Expectation<Params>;

function whyUnseen({ logicalCalls }: History): string {
  const retried = logicalCalls.some(({ attempts }) => attempts.length > 1);
  return retried ? "every retried refusal had announced a wait" : "no call was retried";
}

/** The median of wait n+1 by wait n. A sign test keeps a jittered doubling from failing by bad luck. */
function growthOf(gaps: readonly Gap[], { grows, until }: Params): Finding {
  const pairs = gaps.flatMap((gap) => {
    const { before } = gap;
    return before === undefined || before.ms >= until ? [] : [{ before, gap, factor: gap.ms / before.ms }];
  });
  const middle = percentile(
    pairs.map(({ factor }) => factor),
    0.5,
  );
  if (middle === undefined || pairs.length < LEAST)
    return { verdict: "inconclusive", words: `only ${counted(pairs.length, "pair")} of waits in a row`, evidence: [] };
  const words = `waits grow ${ratio(middle)} times`;
  if (middle >= grows) return { verdict: "pass", words, evidence: [] };
  const below = pairs.filter(({ factor }) => factor < grows);
  if (!medianIsBelow(below.length, pairs.length))
    return { verdict: "inconclusive", words: `${words}, which may be chance`, evidence: [] };
  const evidence = below.map(({ before, gap, factor }) => ({
    note: `${gap.attempt.call} came ${formatDuration(gap.ms)} after ${gap.failed.call} had failed; the wait before was ${formatDuration(before.ms)}`,
    events: [before.attempt, gap.failed, gap.attempt].map(({ received }) => received.seq),
    got: `${ratio(factor)} times`,
    wanted: `≥ ${ratio(grows)} times`,
  }));
  return { verdict: "fail", words, evidence };
}

/** Each wait as a share of the middle one of its kind, so that all of them can be looked at together. */
function jitterOf(gaps: readonly Gap[], { jitter }: Params): Finding {
  const kinds = Map.groupBy(gaps, ({ kind }) => kind);
  const alike = [...kinds.values()].filter((members) => members.length >= 3);
  const relative = alike.flatMap((members) => {
    const waits = members.map(({ ms }) => ms);
    const middle = percentile(waits, 0.5) ?? 1;
    return waits.map((ms) => ms / middle);
  });
  if (relative.length < LEAST)
    return { verdict: "inconclusive", words: "too few equal waits to see jitter", evidence: [] };
  const spread = (percentile(relative, 0.9) ?? 0) - (percentile(relative, 0.1) ?? 0);
  const words = `equal waits are spread by ${formatShare(spread)}`;
  // Our own lateness spreads what came together; it brings nothing together that came apart.
  const ownSpread =
    2 *
    (percentile(
      alike.flat().map(({ error }) => error),
      0.9,
    ) ?? 0);
  if (spread - ownSpread >= jitter) return { verdict: "pass", words, evidence: [] };
  if (spread >= jitter)
    return { verdict: "inconclusive", words: `${words}, which our own late loop may have made`, evidence: [] };
  const evidence = alike.map((members) => ({
    note: `${counted(members.length, "wait")} ${members[0]?.kind} of nearly the same length, about ${formatDuration(members[0]?.ms ?? 0)}`,
    events: members.slice(0, 10).map(({ attempt }) => attempt.received.seq),
    got: `spread by ${formatShare(spread)}`,
    wanted: `≥ ${formatShare(jitter)}`,
  }));
  return { verdict: "fail", words, evidence };
}
