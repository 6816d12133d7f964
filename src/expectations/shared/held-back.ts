import type { Evidence, Judgement } from "../../core/expectation.ts";
import type { Attempt, History } from "../../core/history.ts";
import { highestLevel, inFlightLevels } from "../../core/in-flight.ts";
import { countsRequests } from "../../core/limits.ts";
import { hasCountedLimits } from "../../core/limits-held.ts";
import { judgedPart } from "../../core/select.ts";
import { formatShare } from "../../core/units.ts";
import { type Bucket, bucketsOf, peakUse } from "./buckets.ts";
import { callerLevels } from "./callers.ts";
import { pass, unseen } from "./judgements.ts";
import { slowingOf } from "./slowing.ts";
import { counted } from "./words.ts";

export const NEAR = 0.25;
export const FALLS_BY = 0.2;

/** A refusal by the wall, counted, scripted or the provider's own. One by the budget is ours. */
export const isWall = ({ refused }: Attempt): boolean => refused !== undefined && refused.origin !== "budget";

/** Why the counted wall was never met, where the app is the reason; undefined when it is not, or when the wall was met. */
export function heldBack(whole: History): { summary: string; evidence: readonly Evidence[] } | undefined {
  const { attempts } = judgedPart(whole);
  if (!hasCountedLimits(whole) || attempts.some(isWall) || hasIdleFault(whole)) return undefined;
  const buckets = bucketsOf(attempts, whole);
  const peak = peakUse(buckets);
  if (peak === undefined) return undefined;
  const reached = `at most ${formatShare(peak.share)} of ${peak.dimension.toUpperCase()} in use`;
  const asEvidence = {
    note: "the most that was in use",
    events: [(peak.use.attempt.admitted ?? peak.use.attempt.received).seq],
  };
  const slowed = buckets
    .map((bucket) => slowingOf(bucket, whole, { near: NEAR, by: FALLS_BY, untilMs: Number.POSITIVE_INFINITY }))
    .find((slowing) => slowing.seen === "slowed");
  if (slowed?.seen === "slowed")
    return { summary: `${slowed.words}; ${reached}`, evidence: [asEvidence, ...slowed.evidence] };
  const { held, factor } = demandOf(whole, attempts);
  if (held.length === 0 || !buckets.every(isSteady)) return undefined;
  if (!buckets.some((bucket) => wouldOverflow(bucket, factor))) return undefined;
  const summary = `the app held back ${held.length} of ${counted(whole.frontDoorCalls.length, "call")}; ${reached}`;
  const shown = held.map(({ id, because, started, ended }) => ({
    note: `${id}: ${because}`,
    events: ended === undefined ? [started.seq] : [started.seq, ended.seq],
  }));
  return { summary, evidence: [asEvidence, ...shown.slice(0, 1)] };
}

/**
 * For a rule about what the app does at the wall, when it never saw one. An app that kept away from a counted wall that the
 * load would have met did not need it, which is a pass; a load that never came near proves nothing.
 */
export function notNeededOrUnseen(whole: History, summary: string): Judgement {
  const held = heldBack(whole);
  if (held === undefined) return unseen(summary);
  return pass(`not needed: the wall was never met. ${held.summary}`, held.evidence);
}

/** A scripted fault that met no call: what the app would have done is not known, however well it keeps from counted walls. */
function hasIdleFault({ scenario, attempts }: History): boolean {
  const acted = new Set(
    attempts.flatMap(({ faults }) => faults.filter((one) => one.appliedSeq).map(({ rule }) => rule)),
  );
  return (scenario?.phases ?? []).some(({ faults }) => faults.some(({ id }) => !acted.has(id)));
}

/** The calls that the app held back, and how many times more the provider would have seen without that. */
function demandOf({ frontDoorCalls, lastMs }: History, attempts: readonly Attempt[]) {
  const shed = frontDoorCalls.filter(({ outcome, logicalCalls }) => outcome === "shed" && logicalCalls.length === 0);
  const queued = frontDoorCalls.filter(({ flags }) => flags.has("queued"));
  const letIn = frontDoorCalls.length - shed.length;
  const byShare = letIn === 0 ? 1 : frontDoorCalls.length / letIn;
  const inFlight = Math.max(1, highestLevel(inFlightLevels(attempts, lastMs)));
  const byQueue = queued.length === 0 ? 1 : highestLevel(callerLevels(frontDoorCalls)) / inFlight;
  return { held: [...shed, ...queued], factor: Math.max(byShare, byQueue) };
}

/** A rise of less than this share of the limit is noise. */
const RISES_BY = 0.05;

/** Still rising in the second half, the bucket runs over a little later: then the run was too short, and nothing was held back. */
function isSteady({ limit, uses }: Bucket): boolean {
  const mean = (some: readonly { used: number }[]) => some.reduce((sum, { used }) => sum + used, 0) / some.length;
  const [first, last] = [uses[0]?.atMs ?? 0, uses.at(-1)?.atMs ?? 0];
  const quarter = (n: number) => first + ((last - first) * n) / 4;
  const third = uses.filter(({ atMs }) => atMs >= quarter(2) && atMs < quarter(3));
  const fourth = uses.filter(({ atMs }) => atMs >= quarter(3));
  return third.length === 0 || mean(fourth) - mean(third) <= RISES_BY * limit;
}

/** Whether the bucket would have run over, had each call come so many times. */
function wouldOverflow({ dimension, limit, windowMs, uses }: Bucket, factor: number): boolean {
  let used = 0;
  let more = 0;
  let lastMs = uses[0]?.atMs ?? 0;
  let isFirst = true;
  for (const use of uses) {
    const refilled = ((use.atMs - lastMs) * limit) / windowMs;
    // What was in use before the first call is not the load's.
    const charge = isFirst
      ? Math.min(use.used, countsRequests(dimension) ? 1 : use.attempt.received.charge)
      : Math.max(0, use.used - Math.max(0, used - refilled));
    more = isFirst ? use.used - charge : Math.max(0, more - refilled);
    more += factor * charge;
    if (more > limit) return true;
    used = use.used;
    lastMs = use.atMs;
    isFirst = false;
  }
  return false;
}
