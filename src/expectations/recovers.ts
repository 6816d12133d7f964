import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import { duration, share } from "../core/schema.ts";
import { formatDuration, formatShare } from "../core/units.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { backAtMs, type Course, cameMoreThanBefore, courseOf, ownStandstill } from "./shared/recovery.ts";
import { stoppedEarly } from "./shared/stopped.ts";
import { decimal } from "./shared/words.ts";

const params = z.strictObject({
  to: share().prefault("95%").meta({ description: "Share of the goodput before the faults. Default 95%" }),
  within: duration().meta({ description: "From the end of the last phase with faults" }),
});
type Params = z.output<typeof params>;

/** Where our own loops stood still for more of the time after the faults than this, they may have held answers up. */
const MOST_STANDSTILL = 0.1;
/** By so much more than the time itself: what was due in it comes late, and holds up what comes after. */
const HELD_UP = 3;
/** Not back after this many times the trouble itself: the trouble feeds on its own consequences. */
const METASTABLE_FACTOR = 10;

/**
 * Goodput is whole answers per second at the front door, or delivered attempts when nothing is driven.
 * It is compared with the phases before the first one with faults, over 5 s (to the end of the last phase when that is shorter).
 * Looks at the whole run, whatever `in:` selects.
 */
export const recovers = {
  name: "recovers",
  summary: "Goodput comes back after the faults.",
  needsFrontDoor: false,
  params,
  explain: ({ to, within }) => `goodput back to ${formatShare(to)} within ${formatDuration(within)} of the faults' end`,
  check(given, _history, whole) {
    const stopped = stoppedEarly(whole);
    const course = courseOf(whole);
    if (course === "unseen") return unseen("no fault acted in a phase, so there was nothing to recover from");
    if (stopped !== undefined) return inconclusive(`recovery needs the whole run, and ${stopped}`);
    if (typeof course === "string") return inconclusive(course);
    const judgement = judge(given, course);
    const standstill = ownStandstill(whole, course);
    if (judgement.verdict !== "fail" || standstill <= MOST_STANDSTILL) return judgement;
    // What our own loops cannot have held up is still missing.
    const lenient = judge({ ...given, to: given.to * Math.max(0, 1 - HELD_UP * standstill) }, course);
    if (lenient.verdict === "fail") return judgement;
    return inconclusive(
      `${judgement.summary}; but our own loop stood still for ${formatShare(standstill)} of the time after the faults`,
      judgement.evidence,
    );
  },
} satisfies Expectation<Params>;

function judge({ to, within }: Params, course: Course) {
  const { faultsToMs, faultsFromMs, endMs, baselinePerSecond } = course;
  const back = backAtMs(course, to);
  const watchedMs = endMs - faultsToMs;
  const baseline = `${decimal(baselinePerSecond)} whole answers per second before`;
  const metastable = METASTABLE_FACTOR * (faultsToMs - faultsFromMs);
  if (back === undefined) {
    if (watchedMs < Math.min(within, metastable) || watchedMs <= 0)
      return inconclusive(`not back ${formatDuration(watchedMs)} after the faults, when the run ended (${baseline})`);
    if (cameMoreThanBefore(course))
      return inconclusive(`not back, but ${decimal(course.loadFactor)} times the load of before came (${baseline})`);
    const summary = `metastable: not back in the ${formatDuration(watchedMs)} that were watched (${baseline})`;
    return fail(summary, [evidenceOf(course, { got: "never", within })]);
  }
  const tookMs = back - faultsToMs;
  const summary = `back to ${formatShare(to)} after ${formatDuration(tookMs)} (${baseline})`;
  const evidence = [evidenceOf(course, { got: formatDuration(tookMs), within })];
  if (tookMs <= within) return pass(summary, evidence);
  return fail(tookMs > metastable ? `metastable: ${summary}` : summary, evidence);
}

function evidenceOf({ events }: Course, { got, within }: { got: string; within: number }): Evidence {
  const note = "the phases before, with and after the faults";
  return { note, events, got, wanted: `≤ ${formatDuration(within)}` };
}
