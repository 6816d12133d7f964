import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { Attempt, History, LogicalCall } from "../core/history.ts";
import { duration, share } from "../core/schema.ts";
import { formatCount, formatDuration, formatShare } from "../core/units.ts";
import { clientCap } from "./shared/client-caps.ts";
import { notNeededOrUnseen } from "./shared/held-back.ts";
import { hintGrain } from "./shared/hint-grain.ts";
import { fail, inconclusive, pass } from "./shared/judgements.ts";
import { tooAmbiguous } from "./shared/links.ts";
import { ownLateness } from "./shared/self-delay.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({
  tolerance: duration().prefault("50ms").meta({ description: "How much too early still counts. Default 50ms" }),
  at_least: share().prefault("99%").meta({ description: "Share of waits that must be respected. Default 99%" }),
});
type Params = z.output<typeof params>;

/** Up to this much late is exact; beyond, the caller overslept. */
const EXACT_MS = 250;
const EXACT_SHARE = 0.1;

/** A retry after an announced wait. */
interface Sample {
  refused: Attempt;
  next: Attempt;
  announcedMs: number;
  /** A retry that waited less came too early: the announced wait minus tolerance and the grain of a date. */
  earliestMs: number;
  waitedMs: number;
}

/**
 * Measured from the last byte of the refusal to the arrival of the next request head of the same logical call.
 * A fallback to another model is a call of its own and may come at once. A call that never retries is no sample; when
 * nobody retried, nobody came too early, and that passes as long as waits were announced. A sample is void when our own
 * loop was late at one of its ends by more than what separates early from respected; most of them void is no pass.
 */
export const retryAfterHonoured = {
  name: "retry_after_honoured",
  summary: "No attempt of the same logical call arrives before the announced wait is over.",
  needsFrontDoor: false,
  params,
  explain: ({ tolerance, at_least }) =>
    `at least ${formatShare(at_least)} of retries wait as announced (tolerance ${formatDuration(tolerance)})`,
  check(given, history, whole) {
    const calls = history.logicalCalls.filter(({ attempts }) => attempts.some((one) => waitOf(one, given) > 0));
    const announced = calls.flatMap(({ attempts }) => attempts.filter((one) => waitOf(one, given) > 0));
    if (announced.length === 0) return notNeededOrUnseen(whole, whyUnseen(history));
    const doubtful = tooAmbiguous(history);
    if (doubtful !== undefined) return doubtful;
    const samples = samplesOf(calls, hintGrain(history), given);
    const refusals = counted(announced.length, "refusal");
    if (samples.length === 0) return pass(`nobody retried; ${refusals} with an announced wait`);
    const lateness = ownLateness(history);
    const valid = samples.filter(({ refused, next, waitedMs, earliestMs }) => {
      const margin = Math.abs(waitedMs - earliestMs);
      return Math.max(lateness(endOf(refused)), lateness(next.headAtMs)) <= margin;
    });
    if (valid.length === 0)
      return inconclusive(`all ${counted(samples.length, "retry", "retries")} came while our own loop was late`);
    return judge(given, valid, samples.length - valid.length);
  },
} satisfies Expectation<Params>;

/** Waits that are not longer than the tolerance cannot be violated and would only flatter the share. */
function waitOf({ refused, ended }: Attempt, { tolerance }: Params): number {
  const announced = refused?.announced_ms ?? 0;
  return ended?.how === "complete" && announced > tolerance ? announced : 0;
}

function endOf({ ended, headAtMs }: Attempt): number {
  return ended?.last_byte_at_ms ?? headAtMs;
}

function whyUnseen({ attempts }: History): string {
  const refusals = attempts.filter(({ refused }) => refused !== undefined).length;
  return refusals === 0
    ? "no call was refused"
    : `${counted(refusals, "refusal")}, none with a wait longer than the tolerance`;
}

function samplesOf(calls: readonly LogicalCall[], grainOf: ReturnType<typeof hintGrain>, given: Params): Sample[] {
  const ofCall = ({ attempts }: LogicalCall) =>
    attempts.flatMap((refused, i): Sample[] => {
      const announcedMs = waitOf(refused, given);
      if (announcedMs === 0) return [];
      // One that was on its way already (a hedged request) did not know of the refusal.
      const next = attempts.slice(i + 1).find(({ headAtMs }) => headAtMs >= endOf(refused));
      if (next === undefined) return [];
      const earliestMs = announcedMs - given.tolerance - grainOf(refused);
      return [{ refused, next, announcedMs, earliestMs, waitedMs: next.headAtMs - endOf(refused) }];
    });
  return calls.flatMap(ofCall);
}

function judge({ at_least }: Params, samples: readonly Sample[], voided: number) {
  const isEarly = ({ waitedMs, earliestMs }: Sample) => waitedMs < earliestMs;
  const early = samples.filter(isEarly);
  const cap = clientCap(
    early,
    samples.filter((sample) => !isEarly(sample)),
  );
  const over = samples.filter(
    ({ waitedMs, announcedMs }) => waitedMs > announcedMs + Math.max(EXACT_MS, EXACT_SHARE * announcedMs),
  );
  const respected = samples.length - early.length;
  const exact = respected - over.length;
  const latest = over.reduce((most, { waitedMs, announcedMs }) => Math.max(most, waitedMs - announcedMs), 0);
  const parts = [
    `${formatCount(early.length)} early`,
    `${formatCount(exact)} exact`,
    `${formatCount(over.length)} overslept`,
  ];
  if (over.length > 0) parts.push(`by up to ${formatDuration(latest)}`);
  if (voided > 0) parts.push(`${voided} void: our own loop was late`);
  const summary = `${formatCount(respected)} of ${counted(samples.length, "wait")} respected (${parts.join(", ")})${cap === undefined ? "" : `; ${cap}`}`;
  const worstFirst = [...early].sort((a, b) => b.announcedMs - b.waitedMs - (a.announcedMs - a.waitedMs));
  const evidence = worstFirst.map(asEvidence);
  if (respected / samples.length < at_least) return fail(summary, evidence);
  // What could be measured is no fair sample any more.
  if (voided > samples.length) return inconclusive(summary, evidence);
  return pass(summary, evidence);
}

function asEvidence({ refused, next, announcedMs, waitedMs }: Sample): Evidence {
  return {
    note: `${next.call} repeats ${refused.call} before the announced wait was over`,
    events: [refused.refused?.seq ?? refused.received.seq, next.received.seq],
    got: `next attempt after ${formatDuration(waitedMs)}`,
    wanted: `≥ ${formatDuration(announcedMs)}`,
  };
}
