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

/** With `in:`, looks at the moments at which an attempt of those phases begins. */
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
    const open = allOf(history).filter((attempt) => isOpenAt(attempt, atMs));
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

/** Those that began before the selected phases and are still open in them are in flight too. */
function allOf({ attempts, carriedOver = [] }: History): readonly Attempt[] {
  return carriedOver.length === 0 ? attempts : [...carriedOver, ...attempts];
}

/** The level rises only when an attempt begins, so it is looked at when the selected ones do. */
function peakOf(history: History, atMost: number) {
  const levels = inFlightLevels(allOf(history), history.lastMs);
  const begins = history.attempts;
  let next = 0;
  const fromMs = history.attempts[0]?.headAtMs ?? 0;
  let peak = { atMs: 0, level: 0 };
  let overMs = 0;
  levels.level.forEach((level, i) => {
    const atMs = levels.atMs[i] ?? 0;
    while ((begins[next]?.headAtMs ?? Number.POSITIVE_INFINITY) < atMs) next += 1;
    if (level > peak.level && begins[next]?.headAtMs === atMs) peak = { atMs, level };
    if (level > atMost && atMs >= fromMs) overMs += (levels.atMs[i + 1] ?? atMs) - atMs;
  });
  return { ...peak, overMs };
}

function isOpenAt(attempt: Attempt, ms: number): boolean {
  return attempt.headAtMs <= ms && (attempt.headAtMs === ms || (closedAtMs(attempt) ?? Number.POSITIVE_INFINITY) > ms);
}
