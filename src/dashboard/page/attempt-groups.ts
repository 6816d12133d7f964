import type { AttemptRow } from "../view.ts";
import { shortDuration } from "../words.ts";

/** Attempts that went the same way one after the other, drawn as one: nobody counts ten boxes. */
export interface Group {
  first: AttemptRow;
  last: AttemptRow;
  count: number;
  /** The waits inside it. */
  pauses: { words: string; early: boolean };
}

/** Fewer than that are drawn one by one. */
const FEWEST = 3;
/** Clocks and timers differ by this much without anybody being impolite. Milliseconds. */
const TOLERANCE_MS = 50;

export function groupAttempts(attempts: readonly AttemptRow[]): Group[] {
  const runs: AttemptRow[][] = [];
  for (const attempt of attempts) {
    const run = runs.at(-1);
    if (run?.[0] !== undefined && isAlike(run[0], attempt)) run.push(attempt);
    else runs.push([attempt]);
  }
  return runs.flatMap((run) => (run.length < FEWEST ? run.map((one) => groupOf([one])) : [groupOf(run)]));
}

function isAlike(one: AttemptRow, next: AttemptRow): boolean {
  return one.kind === next.kind && one.status === next.status && next.fallbackTo === undefined && one.kind !== "open";
}

function groupOf(run: readonly AttemptRow[]): Group {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined) throw new Error("a group has attempts");
  return { first, last, count: run.length, pauses: pausesOf(run) };
}

function pausesOf(run: readonly AttemptRow[]): Group["pauses"] {
  const pauses = run.slice(1).map((attempt, index) => {
    const before = run[index];
    const waited = attempt.fromMs - (before?.toMs ?? attempt.fromMs);
    return { waited, announced: before?.announcedMs };
  });
  const shortest = pauses.toSorted((a, b) => a.waited - b.waited)[0];
  if (shortest === undefined) return { words: "", early: false };
  return {
    words: `waits from ${waitWords(shortest.waited, shortest.announced)}`,
    early: pauses.some(({ waited, announced }) => isEarly(waited, announced)),
  };
}

/** Came back before it was allowed to. */
export function isEarly(waited: number, announced: number | undefined): boolean {
  return announced !== undefined && waited < announced - TOLERANCE_MS;
}

/** `2.0 s of 2.0 s`, `0.1 s of 4.0 s ✗`: what was waited, and what was asked for. */
export function waitWords(waited: number, announced: number | undefined): string {
  const told = announced === undefined ? "" : ` of ${shortDuration(announced)}`;
  return `${shortDuration(Math.max(0, waited))}${told}${isEarly(waited, announced) ? " ✗" : ""}`;
}
