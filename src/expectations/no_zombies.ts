import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { Attempt } from "../core/history.ts";
import { count, duration } from "../core/schema.ts";
import { formatCount, formatDuration } from "../core/units.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { counted } from "./shared/words.ts";
import { type Zombie, zombiesOf } from "./shared/zombies.ts";

const params = z.strictObject({
  at_most: count().prefault(0).meta({ description: "Attempts that nobody waits for. Default 0" }),
  within: duration()
    .prefault("1s")
    .meta({ description: "Time to stop the work of a call that is over at the front door. Default 1s" }),
});
type Params = z.output<typeof params>;

/**
 * Nobody waits for an attempt once a later one of its call has begun beside it, or once its front-door call is over without
 * having been served. Work that goes on after a served call may be meant (a title, a summary), unless a fallback or a
 * continuation has taken its place.
 */
export const noZombies = {
  name: "no_zombies",
  summary: "No work goes on at the provider for calls that nobody waits for any more.",
  needsFrontDoor: false,
  params,
  explain: ({ at_most, within }) =>
    `attempts that nobody waits for ≤ ${at_most} (time to stop ${formatDuration(within)})`,
  check({ at_most, within }, history, whole) {
    const { zombies, givenUp } = zombiesOf(history, within);
    if (givenUp === 0 && zombies.length === 0) return unseen(`no call was given up, retried or replaced`);
    const certain = zombies.filter((one) => one.certain);
    const seen = whole.frontDoorCalls.length > 0 ? "" : "; who still waits at the front door was not seen";
    const tokens = certain.reduce((sum, { attempt }) => sum + tokensOf(attempt), 0);
    const summary = `${counted(certain.length, "attempt")} that nobody waited for, ${formatCount(tokens)} tokens (${counted(givenUp, "call")} given up, retried or replaced${seen})`;
    if (certain.length > at_most)
      return fail(
        summary,
        certain.map((zombie) => asEvidence(zombie, at_most)),
      );
    if (zombies.length > at_most)
      return inconclusive(
        `${counted(zombies.length, "attempt")} may have run for nobody, or for a new call with the same prompt; let the app send an Idempotency-Key per call`,
        zombies.map((zombie) => asEvidence(zombie, at_most)),
      );
    return pass(summary);
  },
} satisfies Expectation<Params>;

function tokensOf({ usage, ended }: Attempt): number {
  return usage?.output_tokens ?? ended?.tokens ?? 0;
}

function asEvidence({ attempt, why, sinceSeq }: Zombie, atMost: number): Evidence {
  const end = attempt.ended === undefined ? [] : [attempt.ended.seq];
  return {
    note: `${attempt.call} ${why}`,
    events: [...new Set([attempt.received.seq, sinceSeq, ...end])],
    got: `${formatCount(tokensOf(attempt))} tokens for nobody`,
    wanted: `≤ ${atMost} such attempts`,
  };
}
