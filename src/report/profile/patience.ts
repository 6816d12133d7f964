import type { Attempt, History } from "../../core/history.ts";
import { judgedPart } from "../../core/select.ts";
import { formatDuration } from "../../core/units.ts";
import { percentile, sortedNumbers } from "../numbers.ts";
import { LEAST_SAMPLES, type Reading, seen, unseen } from "./reading.ts";

/** Its own deadline: the waits are nearly equal. Users that leave, do so at any time. */
const SPREAD = 0.15;

/** How long it waits for an attempt before it closes the connection itself. */
export function readPatience(history: History): Reading {
  const left = judgedPart(history).attempts.filter(
    (attempt) => attempt.clientLeft && !attempt.delivered && attempt.ended !== undefined,
  );
  if (left.length === 0) return { traits: [], notMeasured: [] };
  const before = left.filter(({ ttftMs }) => ttftMs === undefined);
  const within = left.filter(({ ttftMs }) => ttftMs !== undefined);
  const readings = [
    read(before, "without a first token", ({ headAtMs, ended }) => (ended?.t_ms ?? headAtMs) - headAtMs),
    read(within, "of silence in the middle of an answer", ({ ended }) =>
      ended === undefined ? 0 : ended.t_ms - ended.last_byte_at_ms,
    ),
  ];
  const traits = readings.flatMap((reading) => reading.traits);
  const found = readings.flatMap(({ notMeasured }) => notMeasured);
  return { traits, notMeasured: traits.length > 0 ? [] : found.slice(0, 1) };
}

function read(attempts: readonly Attempt[], what: string, waitOf: (attempt: Attempt) => number): Reading {
  if (attempts.length === 0) return { traits: [], notMeasured: [] };
  const waits = sortedNumbers(attempts.map(waitOf));
  const middle = percentile(waits, 0.5) ?? 0;
  const spread = (percentile(waits, 0.9) ?? 0) - (percentile(waits, 0.1) ?? 0);
  if (waits.length < LEAST_SAMPLES) return unseen("patience", `only ${waits.length} attempts were left unfinished`);
  if (spread > SPREAD * middle) return unseen("patience", `it left ${waits.length} attempts, after no common time`);
  return seen({
    name: "patience",
    words: `gives up after ${formatDuration(Number(middle.toPrecision(2)))} ${what}`,
    numbers: { givesUpAfterMs: middle },
    samples: waits.length,
    of: "attempts left",
    events: attempts.map(({ ended, received }) => ended?.seq ?? received.seq),
  });
}
