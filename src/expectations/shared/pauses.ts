import type { Attempt, History } from "../../core/history.ts";
import { wallPlace } from "./buckets.ts";
import { isWall } from "./held-back.ts";
import { hintGrain } from "./hint-grain.ts";

/** What one refusal announced: no new call should come from `fromMs` to `toMs`. */
export interface Told {
  refused: Attempt;
  /** Last byte of the refusal. */
  toldAtMs: number;
  /** With the grace for calls that were on their way. */
  fromMs: number;
  /** Less the tolerance and the grain of a date. */
  toMs: number;
}

/** Waits of one wall that overlap, as one. */
export interface Pause {
  fromMs: number;
  toMs: number;
  /** Those that ended later than all before them, in order of their begin: the last one that has begun ends last. */
  told: readonly Told[];
  /** The wall was this attempt's too. */
  concerns(attempt: Attempt): boolean;
}

/** `history` holds the refusals. In order of their begin. */
export function pausesOf(history: History, { grace, tolerance }: { grace: number; tolerance: number }): Pause[] {
  const grainOf = hintGrain(history);
  const all = history.attempts.flatMap((refused): Told[] => {
    const announcedMs = refused.refused?.announced_ms;
    if (announcedMs === undefined || refused.ended?.how !== "complete" || !isWall(refused)) return [];
    const toldAtMs = refused.ended.last_byte_at_ms;
    const toMs = toldAtMs + announcedMs - tolerance - grainOf(refused);
    const told = { refused, toldAtMs, fromMs: toldAtMs + grace, toMs };
    return told.toMs <= told.fromMs ? [] : [told];
  });
  return merged(
    all.sort((a, b) => a.fromMs - b.fromMs),
    history,
  );
}

function merged(all: readonly Told[], history: History): Pause[] {
  const pauses: (Pause & { told: Told[] })[] = [];
  for (const told of all) {
    const open = pauses.findLast((pause) => pause.concerns(told.refused));
    if (open === undefined || open.toMs < told.fromMs) {
      const { fromMs, toMs, refused } = told;
      pauses.push({ fromMs, toMs, told: [told], concerns: wallPlace(history, refused) });
    } else if (told.toMs > open.toMs) {
      open.told.push(told);
      open.toMs = told.toMs;
    }
  }
  return pauses;
}

/** Of the waits that ran at that time, the one that had longest to go; undefined when none ran. */
export function longestAt({ told, toMs }: Pause, ms: number): Told | undefined {
  if (ms >= toMs) return undefined;
  let low = 0;
  let high = told.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((told[middle]?.fromMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  const last = told[low - 1];
  return last !== undefined && last.toMs > ms ? last : undefined;
}
