import type { FrontDoorCall, History } from "../../core/history.ts";
import { highestLevel, inFlightLevels, type Levels, levelAt, levelsOf } from "../../core/in-flight.ts";
import { judgedPart } from "../../core/select.ts";
import { LEAST_SAMPLES, MOSTLY, type Reading, seen, unseen } from "./reading.ts";

/**
 * Its own bound on calls at once. That few were in flight proves none: somebody must have been held back while the level
 * stood at its highest, in a queue or with a refusal before any call, and there must have been more users than calls.
 */
export function readInFlight(history: History): Reading {
  const { attempts, frontDoorCalls: fronts } = judgedPart(history);
  const levels = inFlightLevels(attempts, history.lastMs);
  const most = highestLevel(levels);
  if (most === 0) return unseen("in_flight", "no call was seen");
  if (fronts.length === 0)
    return unseen("in_flight", `up to ${most} seen; without a front door nobody is seen waiting`);
  const held = heldBack(fronts, levels, most);
  if (held.length < LEAST_SAMPLES) return unseen("in_flight", `up to ${most} seen, and nobody was held back`);
  return seen({
    name: "in_flight",
    words: `at most ${most} ${most === 1 ? "call" : "calls"} in flight`,
    numbers: { mostInFlight: most, heldBack: held.length },
    samples: held.length,
    of: "calls held back",
    events: held.map(({ started, ended }) => ended?.seq ?? started.seq),
  });
}

function heldBack(fronts: readonly FrontDoorCall[], levels: Levels, most: number): FrontDoorCall[] {
  const waited = fronts.filter(({ flags }) => flags.has("queued"));
  const users = waited.length === 0 ? undefined : userLevels(fronts);
  // A single user that waits for a better moment is no queue.
  const queued = waited.filter(({ started, logicalCalls: [first] }) => {
    const head = first?.attempts[0]?.headAtMs;
    return users !== undefined && head !== undefined && levelAt(users, (started.started_at_ms + head) / 2) > most;
  });
  const shedBefore = fronts.filter(({ outcome, logicalCalls }) => outcome === "shed" && logicalCalls.length === 0);
  const atMost = shedBefore.filter(({ ended }) => ended !== undefined && levelAt(levels, ended.at_ms) === most);
  // An open circuit sheds at any level: then the level at which it sheds says nothing.
  return atMost.length >= MOSTLY * shedBefore.length ? [...queued, ...atMost] : queued;
}

/** Users with a call at the front door, as steps in time order. */
function userLevels(fronts: readonly FrontDoorCall[]): Levels {
  const ended = fronts.flatMap(({ ended }) => ended ?? []);
  return levelsOf(
    Float64Array.from(fronts, ({ started }) => started.started_at_ms),
    Float64Array.from(ended, ({ at_ms }) => at_ms),
  );
}
