import { z } from "zod";
import type { Expectation } from "../core/expectation.ts";
import type { Attempt, History } from "../core/history.ts";
import { closedAtMs, inFlightLevels } from "../core/in-flight.ts";
import { count } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { fail, pass, unseen } from "./shared/judgements.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({ at_most: count().meta({ description: "Attempts open at the same time" }) });
type Params = z.output<typeof params>;

export const maxInFlight = {
  name: "max_in_flight",
  summary: "Never more attempts open at the same time than allowed (admission control).",
  needsFrontDoor: false,
  params,
  explain: ({ at_most }) => `attempts in flight ≤ ${at_most}`,
  check({ at_most }, history) {
    if (history.attempts.length === 0) return unseen("no calls were seen");
    const { atMs, level, overMs } = peakOf(history, at_most);
    const all = counted(history.attempts.length, "attempt");
    if (level <= at_most) return pass(`at most ${level} in flight (${all})`);
    const open = history.attempts.filter((attempt) => isOpenAt(attempt, atMs));
    return fail(
      `${level} in flight at ${formatDuration(atMs)}, more than ${at_most} for ${formatDuration(overMs)} (${all})`,
      [
        {
          note: "the attempts open at the peak",
          events: open.map(({ received }) => received.seq),
          got: `${level} in flight`,
          wanted: `≤ ${at_most}`,
        },
      ],
    );
  },
} satisfies Expectation<Params>;

function peakOf({ attempts, lastMs }: History, atMost: number) {
  const levels = inFlightLevels(attempts, lastMs);
  let peak = { atMs: 0, level: 0 };
  let overMs = 0;
  levels.forEach((step, i) => {
    if (step.level > peak.level) peak = step;
    if (step.level > atMost) overMs += (levels[i + 1]?.atMs ?? step.atMs) - step.atMs;
  });
  return { ...peak, overMs };
}

function isOpenAt(attempt: Attempt, ms: number): boolean {
  return attempt.headAtMs <= ms && (attempt.headAtMs === ms || (closedAtMs(attempt) ?? Number.POSITIVE_INFINITY) > ms);
}
