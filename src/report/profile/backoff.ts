import type { History } from "../../core/history.ts";
import { formatDuration } from "../../core/units.ts";
import { type BackoffFit, fitBackoff } from "./backoff-fit.ts";
import { certainGaps, type Gap } from "./gaps.ts";
import { LEAST_SAMPLES, type Reading, seen, unseen } from "./reading.ts";
import { ignoresWaits, waitsOf } from "./retry-after.ts";

/** Below this it does not wait at all. Milliseconds. */
const AT_ONCE_MS = 30;

/**
 * The schedule of its pauses where nobody told it how long to wait. An app that ignores what it is told shows its own
 * schedule there as well.
 */
export function readBackoff(history: History): Reading {
  const all = certainGaps(history).filter(({ restarted }) => !restarted);
  const deaf = ignoresWaits(waitsOf(history));
  const gaps = all.filter(({ announcedMs = 0 }) => announcedMs === 0 || deaf);
  const fit = fitBackoff(gaps);
  if (fit !== undefined) return fitted(gaps, fit);
  if (all.length === 0) return unseen("backoff", "nothing was repeated");
  if (gaps.length === 0) return unseen("backoff", "every refusal said how long to wait");
  return unseen("backoff", `fewer than ${LEAST_SAMPLES} first retries without an announced wait`);
}

function fitted(gaps: readonly Gap[], fit: BackoffFit): Reading {
  const { firstMs, growth, jitterShare, capMs } = fit;
  return seen({
    name: "backoff",
    words: inWords(fit),
    numbers: {
      firstMs,
      ...(growth?.kind === "times" && { factor: growth.factor }),
      ...(growth?.kind === "constant" && { factor: 1 }),
      ...(jitterShare !== undefined && { jitterShare }),
      ...(capMs !== undefined && { capMs }),
    },
    samples: gaps.length,
    of: gaps.some(({ announcedMs = 0 }) => announcedMs > 0) ? "pauses, also against what was announced" : "pauses",
    events: gaps.slice(0, 3).flatMap(({ before, next }) => [before.received.seq, next.received.seq]),
  });
}

function inWords({ firstMs, growth, jitterShare, capMs }: BackoffFit): string {
  if (firstMs < AT_ONCE_MS && (growth === undefined || growth.kind === "constant"))
    return "repeats at once, without a pause";
  const jitter =
    jitterShare === undefined
      ? ""
      : jitterShare === 0
        ? " without jitter"
        : ` with ${Math.round(jitterShare * 100)} % jitter`;
  const cap = capMs === undefined ? "" : ` up to ${formatDuration(twoDigits(capMs))}`;
  return `backoff ${formatDuration(twoDigits(firstMs))}${growthInWords(growth)}${cap}${jitter}`;
}

function growthInWords(growth: BackoffFit["growth"]): string {
  if (growth === undefined) return " before the first retry (its growth: not measured)";
  if (growth.kind === "constant") return " each time";
  if (growth.kind === "adding") return " growing by equal steps";
  if (growth.kind !== "times") return " at first (its growth: not measured, too few pauses for so much jitter)";
  if (growth.factor < 1) return ` shrinking to ${Math.round(growth.factor * 100)} % each time`;
  return Math.abs(growth.factor - 2) <= 0.3 ? " doubling" : ` growing ${growth.factor.toFixed(1)} times`;
}

/** Measured pauses are no better than that. */
function twoDigits(ms: number): number {
  return Number(ms.toPrecision(2));
}
