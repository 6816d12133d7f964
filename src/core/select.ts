import type { Attempt, FrontDoorCall, History, LogicalCall } from "./history.ts";
import { closedAtMs } from "./in-flight.ts";
import { ambiguousShare } from "./links.ts";
import type { Where } from "./scenario.ts";
import { matchesGlob } from "./text.ts";

export interface Selection {
  /** Phases. Undefined: all but `startup`. */
  in?: readonly string[] | undefined;
  where?: Where | undefined;
}

/** Conditions of `where` that the log cannot answer: header values are not logged, and counting is the chooser's. */
export const NOT_IN_THE_LOG = ["header", "nth", "first"] as const satisfies readonly (keyof Where)[];

/** Asked for by most rules and by most parts of the report. */
const judged = new WeakMap<History, History>();

/** What is judged where nothing else is selected: all but the calls before the first phase. Selected once. */
export function judgedPart(history: History): History {
  const known = judged.get(history) ?? selectHistory(history, {});
  judged.set(history, known);
  return known;
}

/**
 * The part of a history that an expectation looks at. A call belongs to the phase in which it began, with all its
 * attempts, also those that came later; `attempts` are selected one by one. With `where`, a logical call is judged by
 * its first attempt, and a front-door call stays when one of its logical calls does.
 */
export function selectHistory(history: History, { in: phases, where }: Selection): History {
  const inPhase = (phase: string) => (phases === undefined ? phase !== "startup" : phases.includes(phase));
  const wanted = (attempt: Attempt) => where === undefined || matchesWhere(attempt, where);
  const wantedCall = ({ attempts: [first] }: LogicalCall) => first !== undefined && wanted(first);
  const wantedFront = (front: FrontDoorCall) => where === undefined || front.logicalCalls.some(wantedCall);

  const logicalCalls = allThat(
    history.logicalCalls,
    (call) => inPhase(call.attempts[0]?.phase ?? "startup") && wantedCall(call),
  );
  const frontDoorCalls = allThat(history.frontDoorCalls, (front) => inPhase(front.phase) && wantedFront(front));
  // Only a ramp has steps.
  const kept = new Set(history.steps.length > 0 ? frontDoorCalls : []);
  const matching = where === undefined ? history.attempts : history.attempts.filter(wanted);
  const attempts = allThat(matching, ({ phase }) => inPhase(phase));
  return {
    ...history,
    attempts,
    carriedOver:
      attempts === matching
        ? []
        : matching.filter((attempt) => !inPhase(attempt.phase) && isOpenWithin(attempt, attempts)),
    logicalCalls,
    frontDoorCalls,
    steps: history.steps.map((step) => ({ ...step, calls: step.calls.filter((call) => kept.has(call)) })),
    ambiguousShare: ambiguousShare(logicalCalls),
  };
}

/** The list itself when all of them fit, as in most runs: those of a long one are not copied for nothing. */
function allThat<T>(list: readonly T[], fits: (one: T) => boolean): readonly T[] {
  return list.every(fits) ? list : list.filter(fits);
}

/** `attempts` in order of their heads. */
function isOpenWithin(attempt: Attempt, attempts: readonly Attempt[]): boolean {
  const [first, last] = [attempts[0], attempts.at(-1)];
  if (first === undefined || last === undefined) return false;
  const closedMs = closedAtMs(attempt) ?? Number.POSITIVE_INFINITY;
  return attempt.headAtMs <= last.headAtMs && closedMs > first.headAtMs;
}

function matchesWhere({ received }: Attempt, where: Where): boolean {
  return (
    fits(where.provider, (provider) => matchesGlob(provider, received.provider)) &&
    fits(where.model, (model) => matchesGlob(model, received.model)) &&
    fits(where.path, (path) => matchesGlob(path, received.path)) &&
    fits(where.stream, (stream) => stream === received.stream) &&
    fits(where.tools, (tools) => tools === received.tools) &&
    fits(where.key, (key) => received.key_hash.startsWith(key)) &&
    fits(where.min_input_tokens, (least) => received.input_tokens >= least)
  );
}

function fits<T>(condition: T | undefined, holds: (condition: T) => boolean): boolean {
  return condition === undefined || holds(condition);
}
