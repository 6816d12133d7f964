import { z } from "zod";
import type { Expectation } from "../core/expectation.ts";
import { duration } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { type Course, courseOf } from "./returns_from_fallback/course.ts";
import { fail, inconclusive, pass } from "./shared/judgements.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({
  within: duration().meta({ description: "From the end of the last phase with faults" }),
});
type Params = z.output<typeof params>;

/** An app that uses both models in quiet times too is compared by shares, and with few calls a share says nothing. */
const LEAST_CALLS = 5;
const BACK_SHARE = 0.9;
const AWAY_SHARE = 0.5;

/**
 * After the faults, calls must go to the model they went to before, and no longer straight to the fallback. A call that
 * tries the first model and falls back again is back: it tried. Looks at the whole run, whatever `in:` selects.
 */
export const returnsFromFallback = {
  name: "returns_from_fallback",
  summary: "When the faults are over, the app is back on its first model in time.",
  needsFrontDoor: false,
  params,
  explain: ({ within }) => `back on the first model within ${formatDuration(within)} of the faults' end`,
  check({ within }, _selected, whole) {
    const course = courseOf(whole);
    if ("verdict" in course) return course;
    return course.mixedBefore < 1 ? byShares(course, within) : byLastStraggler(course, within);
  },
} satisfies Expectation<Params>;

/** The fallback is used for nothing else, so every call that goes straight to it is still away. */
function byLastStraggler(course: Course, within: number) {
  const { choices, faultsToMs, endMs, first } = course;
  const away = choices.filter(({ to }) => to === "fallback");
  const late = away.filter(({ atMs }) => atMs > faultsToMs + within);
  if (choices.length === 0) return inconclusive("no call came after the faults");
  if (late.length > 0) {
    const after = choices.filter(({ atMs }) => atMs > faultsToMs + within).length;
    const summary = `${late.length} of ${counted(after, "call")} later than ${formatDuration(within)} after the faults still went to the fallback`;
    if (course.troubleAgain !== undefined)
      return inconclusive(
        `${summary}, but ${first} was in trouble again`,
        evidenceOf(course, { within, got: "away", events: [course.troubleAgain] }),
      );
    return fail(summary, evidenceOf(course, { within, got: "still away", events: late.map(({ seq }) => seq) }));
  }
  const lastAwayMs = away.at(-1)?.atMs ?? faultsToMs;
  const back = choices.find(({ to, delivered, atMs }) => to === "first" && delivered && atMs >= lastAwayMs);
  if (back === undefined)
    return inconclusive(
      `no answer of ${first} was seen in the ${formatDuration(endMs - faultsToMs)} after the faults`,
      evidenceOf(course, { within, got: "not seen", events: [] }),
    );
  const since = choices.filter(({ to, atMs }) => to === "first" && atMs >= back.atMs).length;
  return pass(
    `back on ${first} after ${formatDuration(back.atMs - faultsToMs)} (${counted(since, "call")} since)`,
    evidenceOf(course, { within, got: formatDuration(back.atMs - faultsToMs), events: [back.seq] }),
  );
}

function byShares(course: Course, within: number) {
  const after = course.choices.filter(({ atMs }) => atMs > course.faultsToMs + within);
  const onFirst = after.filter(({ to }) => to === "first").length;
  const share = onFirst / Math.max(1, after.length);
  const summary = `${onFirst} of ${counted(after.length, "call")} on ${course.first} later than ${formatDuration(within)} after the faults; before them ${Math.round(course.mixedBefore * 100)} %`;
  const evidence = evidenceOf(course, {
    within,
    got: `${onFirst} of ${after.length}`,
    events: after.filter(({ to }) => to === "fallback").map(({ seq }) => seq),
  });
  if (after.length < LEAST_CALLS) return inconclusive(`${summary}: too few to compare`, evidence);
  if (share >= BACK_SHARE * course.mixedBefore) return pass(summary, evidence);
  return share < AWAY_SHARE * course.mixedBefore && course.troubleAgain === undefined
    ? fail(summary, evidence)
    : inconclusive(summary, evidence);
}

const MOST_EVENTS = 20;

function evidenceOf(
  course: Course,
  { within, got, events }: { within: number; got: string; events: readonly number[] },
) {
  return [
    {
      note: "the first fallback, the phase after the faults, and calls in it",
      events: [course.fallbackSeq, ...course.phaseSeqs, ...events.slice(0, MOST_EVENTS)],
      got,
      wanted: `≤ ${formatDuration(within)}`,
    },
  ];
}
