import { z } from "zod";
import type { Expectation } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import { duration, share } from "../core/schema.ts";
import { formatDuration, formatShare } from "../core/units.ts";
import { notNeededOrUnseen } from "./shared/held-back.ts";
import { fail, inconclusive, pass } from "./shared/judgements.ts";
import { tooAmbiguous } from "./shared/links.ts";
import { retriesOf } from "./shared/retries.ts";
import { ownLateness } from "./shared/self-delay.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({
  at_most: share()
    .prefault("20%")
    .meta({ description: "Share of the retries around it that one window may hold. Default 20%" }),
  window: duration().prefault("20ms").meta({ description: "How close together is at once. Default 20ms" }),
});
type Params = z.output<typeof params>;

/** A window is compared with the retries this long before and after it: waves of a long storm must not hide each other. */
const AROUND_MS = 1_000;
/** Of fewer retries around it a window holds a large share by chance. */
const LEAST = 10;
/** Fewer that come together are no herd, whatever their share. */
const LEAST_TOGETHER = 5;

interface Arrival {
  ms: number;
  seq: number;
}

interface Peak {
  share: number;
  /** So many that they did not come together by chance. Any herd is worse than none. */
  isHerd: boolean;
  around: number;
  arrivals: readonly Arrival[];
}

/** Measured at the arrival of the heads. Times at which our own loop was late bunch what came apart, and are left out. */
export const noHerd = {
  name: "no_herd",
  summary: "Retries after a storm are spread over time and do not come all at once.",
  needsFrontDoor: false,
  params,
  explain: ({ at_most, window }) =>
    `at most ${formatShare(at_most)} of the retries of two seconds within ${formatDuration(window)}`,
  check(given, history, whole) {
    const retries = retriesOf(history.logicalCalls).map(({ attempt }) => attempt);
    if (retries.length === 0) return notNeededOrUnseen(whole, "no call was retried");
    const doubtful = tooAmbiguous(history);
    if (doubtful !== undefined) return doubtful;
    const arrivals = retries.map(({ headAtMs, received }) => ({ ms: headAtMs, seq: received.seq }));
    const peak = peakOf(
      arrivals.sort((a, b) => a.ms - b.ms),
      { window: given.window, history },
    );
    const all = counted(retries.length, "retry", "retries");
    if (peak === undefined)
      return inconclusive(
        `${all}, but never ${LEAST} within two seconds while our own loop kept up: too few to be a herd`,
      );
    const summary = `at most ${formatShare(peak.share)} of ${peak.around} retries within ${formatDuration(given.window)} (${all})`;
    if (!peak.isHerd || peak.share <= given.at_most) return pass(summary);
    return fail(summary, [
      {
        note: `${counted(peak.arrivals.length, "retry", "retries")} within ${formatDuration(given.window)}, at ${formatDuration(peak.arrivals[0]?.ms ?? 0)}`,
        events: peak.arrivals.slice(0, 20).map(({ seq }) => seq),
        got: formatShare(peak.share),
        wanted: `≤ ${formatShare(given.at_most)}`,
      },
    ]);
  },
} satisfies Expectation<Params>;

function peakOf(
  arrivals: readonly Arrival[],
  { window, history }: { window: number; history: History },
): Peak | undefined {
  const lateness = ownLateness(history);
  let peak: Peak | undefined;
  let [until, aroundFrom, aroundUntil] = [0, 0, 0];
  arrivals.forEach(({ ms }, from) => {
    const before = (index: number, limit: number) => (arrivals[index]?.ms ?? Number.POSITIVE_INFINITY) < limit;
    while (before(until, ms + window)) until += 1;
    while (before(aroundFrom, ms - AROUND_MS)) aroundFrom += 1;
    while (before(aroundUntil, ms + AROUND_MS)) aroundUntil += 1;
    const around = aroundUntil - aroundFrom;
    if (around < LEAST || lateness(ms) >= window) return;
    const share = (until - from) / around;
    const isHerd = until - from >= LEAST_TOGETHER;
    const isWorse = peak === undefined || (isHerd === peak.isHerd ? share > peak.share : isHerd);
    if (isWorse) peak = { share, isHerd, around, arrivals: arrivals.slice(from, until) };
  });
  return peak;
}
