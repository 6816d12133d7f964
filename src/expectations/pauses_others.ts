import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { Attempt, History } from "../core/history.ts";
import { duration, share } from "../core/schema.ts";
import { formatDuration, formatShare } from "../core/units.ts";
import { notNeededOrUnseen } from "./shared/held-back.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { tooAmbiguous } from "./shared/links.ts";
import { longestAt, type Pause, pausesOf, type Told } from "./shared/pauses.ts";
import { ownLateness } from "./shared/self-delay.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({
  at_least: share().prefault("99%").meta({ description: "Share of new calls that must wait. Default 99%" }),
  grace: duration().prefault("100ms").meta({
    description: "Calls that were on their way when the refusal came: up to this long after it. Default 100ms",
  }),
  tolerance: duration().prefault("50ms").meta({ description: "How much too early still counts. Default 50ms" }),
});
type Params = z.output<typeof params>;

/** A new call while a wait ran, or within as long after it: only those had a reason to think of the wait. */
interface Sample {
  attempt: Attempt;
  pause: Pause;
  /** The wait that had longest to go; undefined: none, it came in time. */
  early: Told | undefined;
}

/**
 * Looks at the first attempts of other calls, in whatever phase; when a retry of the refused call comes is the business of
 * `retry_after_honoured`. Waits of one key on one model belong together (or as the counted limit counts); a fallback to
 * another model does not wait. A new call just before or after a border is void when our own loop was late by more.
 */
export const pausesOthers = {
  name: "pauses_others",
  summary: "After a refusal that announced a wait, new calls on the same key and model wait too.",
  needsFrontDoor: false,
  params,
  explain: ({ at_least, grace, tolerance }) =>
    `${formatShare(at_least)} of new calls wait while a wait is announced (grace ${formatDuration(grace)}, tolerance ${formatDuration(tolerance)})`,
  check(given, history, whole) {
    const pauses = pausesOf(history, given);
    if (pauses.length === 0)
      return notNeededOrUnseen(whole, "no refusal announced a wait that is longer than the grace");
    const doubtful = tooAmbiguous(history);
    if (doubtful !== undefined) return doubtful;
    const all = samplesOf(pauses, whole);
    const lateness = ownLateness(whole);
    const samples = all.filter(
      ({ attempt: { headAtMs }, pause }) =>
        Math.max(lateness(headAtMs), lateness(pause.fromMs)) <=
        Math.min(Math.abs(headAtMs - pause.fromMs), Math.abs(headAtMs - pause.toMs)),
    );
    const announced = counted(pauses.length, "announced wait");
    if (samples.length > 0) return judge(given, samples, announced);
    if (all.length > 0) return inconclusive(`all ${counted(all.length, "new call")} came while our own loop was late`);
    const callers = whole.frontDoorCalls.filter(({ started: { started_at_ms: ms } }) =>
      pauses.some(({ fromMs, toMs }) => ms >= fromMs && ms < toMs),
    );
    if (callers.length === 0) return unseen(`${announced}, but nobody wanted to make a new call during or after it`);
    return pass(`no new call came in ${announced}, though ${counted(callers.length, "caller")} came to the front door`);
  },
} satisfies Expectation<Params>;

function samplesOf(pauses: readonly Pause[], { logicalCalls }: History): Sample[] {
  return logicalCalls.flatMap(({ attempts: [attempt] }): Sample[] => {
    if (attempt === undefined) return [];
    const ms = attempt.headAtMs;
    const near = pauses.filter((one) => ms >= one.fromMs && ms < 2 * one.toMs - one.fromMs && one.concerns(attempt));
    const pause = near.find(({ toMs }) => ms < toMs) ?? near[0];
    return pause === undefined ? [] : [{ attempt, pause, early: longestAt(pause, ms) }];
  });
}

function judge({ at_least }: Params, samples: readonly Sample[], announced: string) {
  const early = samples.flatMap(({ attempt, early: told }) => (told === undefined ? [] : [{ attempt, told }]));
  const waited = samples.length - early.length;
  const summary = `${waited} of ${counted(samples.length, "new call")} waited (${announced})`;
  early.sort((a, b) => b.told.toMs - b.attempt.headAtMs - (a.told.toMs - a.attempt.headAtMs));
  const evidence = early.map(asEvidence);
  return waited / samples.length >= at_least ? pass(summary, evidence) : fail(summary, evidence);
}

function asEvidence({ attempt, told: { refused, toldAtMs } }: { attempt: Attempt; told: Told }): Evidence {
  return {
    note: `${attempt.call} is a new call, made before the wait that ${refused.call} was told was over`,
    events: [refused.refused?.seq ?? refused.received.seq, attempt.received.seq],
    got: `a new call ${formatDuration(attempt.headAtMs - toldAtMs)} after the refusal`,
    wanted: `≥ ${formatDuration(refused.refused?.announced_ms ?? 0)}`,
  };
}
