import type { Attempt, FrontDoorCall, History, LogicalCall } from "../../core/history.ts";
import { closedAtMs } from "../../core/in-flight.ts";
import { CERTAIN } from "../../core/links.ts";
import { formatDuration } from "../../core/units.ts";

/** An attempt that ran, or began, when nobody waited for it. */
export interface Zombie {
  attempt: Attempt;
  /** In words, after its name. */
  why: string;
  /** The event from which on nobody waited. */
  sinceSeq: number;
  certain: boolean;
}

/** Zombies, each once, and the number of calls that could have left one: given up, retried, or replaced. */
export function zombiesOf(history: History, withinMs: number): { zombies: Zombie[]; givenUp: number } {
  const replaced = new Set(
    history.logicalCalls.flatMap(({ follows }) => (follows === undefined ? [] : [follows.logical])),
  );
  const zombies = new Map<Attempt, Zombie>();
  const note = (zombie: Zombie) => {
    if (zombies.get(zombie.attempt)?.certain !== true) zombies.set(zombie.attempt, zombie);
  };
  let givenUp = 0;
  for (const call of history.logicalCalls) {
    overtakenIn(call).forEach(note);
    const leftByClient = call.attempts.some(({ clientLeft, delivered }) => clientLeft && !delivered);
    if (call.attempts.length > 1 || replaced.has(call.id) || leftByClient) givenUp += 1;
  }
  for (const front of history.frontDoorCalls) {
    if (!isGivenUp(front)) {
      const overtaken = overtakenByOthers(front);
      givenUp += overtaken.size;
      outlivingIn(front, (call) => replaced.has(call.id), withinMs).forEach(note);
      for (const zombie of outlivingIn(front, (call) => overtaken.has(call), withinMs))
        note({ ...zombie, certain: wasDisturbed(zombie.attempt) });
    } else {
      outlivingIn(front, () => true, withinMs).forEach(note);
      if (front.logicalCalls.length > 0) givenUp += 1;
    }
  }
  return { zombies: [...zombies.values()], givenUp };
}

/** Attempts that were still open when a later one of the same call began. */
function overtakenIn({ attempts, links }: LogicalCall): Zombie[] {
  return attempts.slice(1).flatMap((next, i): Zombie[] => {
    const earlier = attempts
      .slice(0, i + 1)
      .findLast((one) => (closedAtMs(one) ?? Number.POSITIVE_INFINITY) > next.headAtMs);
    if (earlier === undefined) return [];
    const certain = (links[i]?.confidence ?? 0) >= CERTAIN;
    return [
      { attempt: earlier, why: `was still open when ${next.call} repeated it`, sinceSeq: next.received.seq, certain },
    ];
  });
}

/**
 * Calls whose prompt was put to another model while they were still open: the app had lost its patience. Or it asks two
 * models at once, so what proves it is what had been done to the first.
 */
function overtakenByOthers({ logicalCalls }: FrontDoorCall): Set<LogicalCall> {
  const isOvertaken = ({ attempts }: LogicalCall) => {
    const last = attempts.at(-1);
    if (last === undefined) return false;
    const closedMs = closedAtMs(last) ?? Number.POSITIVE_INFINITY;
    return logicalCalls.some(({ attempts: [other] }) => {
      if (other === undefined || other.headAtMs <= last.headAtMs || other.headAtMs >= closedMs) return false;
      const { prompt_hash, model, provider } = other.received;
      const elsewhere = model !== last.received.model || provider !== last.received.provider;
      return elsewhere && prompt_hash === last.received.prompt_hash;
    });
  };
  return new Set(logicalCalls.filter(isOvertaken));
}

const wasDisturbed = ({ faults }: Attempt) => faults.some(({ appliedSeq }) => appliedSeq !== undefined);

/** Whoever asked left, was refused, or got an error: nothing that comes now is for anybody. `given_up` is our own end. */
function isGivenUp({ outcome, ended }: FrontDoorCall): boolean {
  return outcome !== "served" && outcome !== "cut" && ended !== undefined && ended.how !== "given_up";
}

function outlivingIn(front: FrontDoorCall, isForNobody: (call: LogicalCall) => boolean, withinMs: number): Zombie[] {
  const { ended } = front;
  if (ended === undefined) return [];
  const lateFrom = ended.at_ms + withinMs;
  return front.logicalCalls.filter(isForNobody).flatMap(({ attempts }) =>
    attempts.flatMap((attempt): Zombie[] => {
      const closedMs = closedAtMs(attempt);
      if ((closedMs ?? Number.POSITIVE_INFINITY) <= lateFrom) return [];
      const ran =
        closedMs === undefined ? "to the end of the log, longer" : `${formatDuration(closedMs - ended.at_ms)} longer`;
      const why = attempt.headAtMs > ended.at_ms ? `began after ${front.id} was over` : `ran ${ran} than ${front.id}`;
      return [{ attempt, why, sinceSeq: ended.seq, certain: true }];
    }),
  );
}
