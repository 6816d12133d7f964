import { z } from "zod";
import type { Expectation, Judgement } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import { share } from "../core/schema.ts";
import { formatShare } from "../core/units.ts";
import { type Bucket, bucketsOf, peakUse, wallPlace } from "./shared/buckets.ts";
import { FALLS_BY, heldBack, isWall, NEAR } from "./shared/held-back.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { type Slowing, slowingOf } from "./shared/slowing.ts";

const params = z.strictObject({
  near: share()
    .prefault(NEAR)
    .meta({ description: "Below this share of the limit left, the app should have slowed. Default 25%" }),
  by: share()
    .prefault(FALLS_BY)
    .meta({ description: "The rate of requests must have fallen by this share. Default 20%" }),
});
type Params = z.output<typeof params>;

const WHY: Readonly<Record<string, string>> = {
  too_fast: "too little time or too few requests between plenty and the wall to see a rate",
  began_near: "the limit was nearly used up when it began, so there is no rate to compare with",
  fewer_callers: "fewer callers were there near the wall, so a lower rate is not the app's doing",
};

/**
 * Needs counted limits: only they tell what remains. Compares requests per second while at least half of a limit was left
 * with those near the wall, up to the bucket's first refusal. When the wall was never met, and more would have come had the
 * app not held it back, that is the slowing; a load that never came near shows nothing.
 */
export const slowsBeforeWall = {
  name: "slows_before_wall",
  summary: "The rate of requests falls as what remains of a counted limit runs out, before the first refusal.",
  needsFrontDoor: false,
  params,
  explain: ({ near, by }) =>
    `requests per second fall by ${formatShare(by)} when less than ${formatShare(near)} of a limit is left`,
  check(given, history, whole) {
    const buckets = bucketsOf(history.attempts, whole);
    const peak = peakUse(buckets);
    if (peak === undefined) return unseen("nothing was counted: the scenario has no limits that met a call");
    const found = buckets.map((bucket) =>
      slowingOf(bucket, history, { ...given, untilMs: firstRefusalMs(bucket, whole) }),
    );
    const broken = found.find(({ seen }) => seen === "not");
    if (broken?.seen === "not") return fail(broken.words, broken.evidence);
    const held = heldBack(whole);
    if (held !== undefined) return pass(`the wall was never met. ${held.summary}`, held.evidence);
    return (
      verdictOf(found) ??
      unseen(
        `the load never came near the wall: at most ${formatShare(peak.share)} of ${peak.dimension.toUpperCase()} in use`,
      )
    );
  },
} satisfies Expectation<Params>;

/** The worst bucket decides; one that the load never came near has no say. */
function verdictOf(found: readonly Slowing[]): Judgement | undefined {
  for (const one of found) {
    if (one.seen === "unclear")
      return inconclusive(`${one.words}: which may be chance or the callers' doing`, one.evidence);
    const why = WHY[one.seen];
    if (why !== undefined) return inconclusive(why);
  }
  for (const one of found) if (one.seen === "slowed") return pass(one.words, one.evidence);
  return undefined;
}

function firstRefusalMs({ uses: [first], dimension }: Bucket, whole: History): number {
  if (first === undefined) return Number.POSITIVE_INFINITY;
  const refused = whole.attempts.find(
    (attempt) =>
      isWall(attempt) &&
      attempt.headAtMs >= first.atMs &&
      (attempt.refused?.dimension ?? dimension) === dimension &&
      wallPlace(whole, attempt)(first.attempt),
  );
  return refused?.headAtMs ?? Number.POSITIVE_INFINITY;
}
