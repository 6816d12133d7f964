import type { Judgement } from "../../core/expectation.ts";
import type { History, LogicalCall } from "../../core/history.ts";
import { CERTAIN } from "../../core/links.ts";
import { deliveredByFallback, type Place, placeOf, rootFinder } from "../shared/fallbacks.ts";
import { aroundTheFaults } from "../shared/fault-phases.ts";
import { inconclusive, unseen } from "../shared/judgements.ts";
import { stoppedEarly } from "../shared/stopped.ts";
import { firstTrouble, troubleOf } from "../shared/trouble.ts";

/** Where a call went at first. */
export interface Choice {
  to: "first" | "fallback";
  atMs: number;
  seq: number;
  delivered: boolean;
}

export interface Course {
  /** The models that were fallen back from, in words. */
  first: string;
  /** Choices after the faults, in order. */
  choices: readonly Choice[];
  /** Share of choices for the first model before the faults; 1 when none went to the fallback. */
  mixedBefore: number;
  faultsToMs: number;
  endMs: number;
  fallbackSeq: number;
  phaseSeqs: readonly number[];
  /** An event that shows the first model in trouble after the faults. */
  troubleAgain: number | undefined;
}

/** What is needed for the judgement, or why it cannot be made. */
export function courseOf(history: History): Course | Judgement {
  const { before, during, after } = aroundTheFaults(history);
  const [start, last, end] = [during[0], during.at(-1), after.at(-1)];
  const names = new Set(during.map(({ name }) => name));
  const hit = firstTrouble(history.attempts.filter(({ phase }) => names.has(phase)));
  if (start === undefined || last === undefined || hit === undefined)
    return unseen("no fault acted in a phase, so there was nothing to fall back from");
  const fell = fallenBack(history, { fromMs: start.fromMs, toMs: last.toMs });
  if (fell === undefined) return unseen("no fallback was seen, so there was nothing to come back from");
  const stopped = stoppedEarly(history);
  if (stopped !== undefined) return inconclusive(`coming back needs the whole run, and ${stopped}`);
  if (end === undefined) return inconclusive("no phase follows the faults");
  const all = choicesOf(history, fell);
  const quiet = all.filter(({ atMs }) => before.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs));
  const onFirst = quiet.filter(({ to }) => to === "first").length;
  const again = history.attempts.find(
    (attempt) =>
      attempt.headAtMs > last.toMs && fell.first.has(keyOf(attempt.received)) && troubleOf(attempt) !== undefined,
  );
  return {
    first: [...fell.first.values()].map(({ model }) => model).join(", ") || "the first model",
    choices: all.filter(({ atMs }) => atMs >= last.toMs && atMs < end.toMs),
    mixedBefore: quiet.length === 0 ? 1 : onFirst / quiet.length,
    faultsToMs: last.toMs,
    endMs: end.toMs,
    fallbackSeq: fell.seq,
    phaseSeqs: after[0] === undefined ? [] : [after[0].seq],
    troubleAgain: again?.received.seq,
  };
}

interface Fallen {
  first: Map<string, Place>;
  fallback: Set<string>;
  seq: number;
}

const keyOf = ({ provider, model }: Place) => `${provider} ${model}`;

/** The places of the fallbacks that delivered during the faults, and of the calls that they stood in for. */
function fallenBack(history: History, span: { fromMs: number; toMs: number }): Fallen | undefined {
  const rootOf = rootFinder(history.logicalCalls);
  const first = new Map<string, Place>();
  const fallback = new Set<string>();
  let seq: number | undefined;
  for (const call of history.logicalCalls) {
    const [head] = call.attempts;
    if (head === undefined || head.headAtMs < span.fromMs || head.headAtMs >= span.toMs) continue;
    if (!deliveredByFallback(call) || (call.follows?.confidence ?? 0) < CERTAIN) continue;
    seq ??= head.received.seq;
    const root = placeOf(rootOf(call));
    first.set(keyOf(root), root);
    fallback.add(keyOf(placeOf(call)));
  }
  for (const key of first.keys()) fallback.delete(key);
  if (seq !== undefined) return { first, fallback, seq };
  const told = history.frontDoorCalls.find(
    ({ started, flags }) =>
      flags.has("fell_back") && started.started_at_ms >= span.fromMs && started.started_at_ms < span.toMs,
  );
  if (told === undefined) return undefined;
  // A fallback that is not called through this proxy: all that is, is the first.
  for (const { received } of history.attempts) first.set(keyOf(received), received);
  return { first, fallback, seq: told.started.seq };
}

/** Calls by where they went at first. Answers that tell of a fallback without any call through the proxy count too. */
function choicesOf(history: History, { first, fallback }: Fallen): Choice[] {
  const choices = history.logicalCalls.flatMap((call): Choice[] => {
    const [head] = call.attempts;
    const key = keyOf(placeOf(call));
    const to = first.has(key) ? "first" : fallback.has(key) ? "fallback" : undefined;
    if (head === undefined || to === undefined || call.follows?.kind === "fallback") return [];
    return [{ to, atMs: head.headAtMs, seq: head.received.seq, delivered: head.delivered || deliveredLater(call) }];
  });
  for (const { flags, started, ended, logicalCalls } of history.frontDoorCalls) {
    const tried = logicalCalls.some((call) => first.has(keyOf(placeOf(call))) || fallback.has(keyOf(placeOf(call))));
    if (!flags.has("fell_back") || tried) continue;
    choices.push({ to: "fallback", atMs: started.started_at_ms, seq: ended?.seq ?? started.seq, delivered: true });
  }
  return choices.sort((a, b) => a.atMs - b.atMs);
}

function deliveredLater({ attempts }: LogicalCall): boolean {
  return attempts.at(-1)?.delivered === true;
}
