import type { Attempt, History } from "../../core/history.ts";
import { wallPlace } from "./buckets.ts";
import { isWall } from "./held-back.ts";
import { hintGrain } from "./hint-grain.ts";

/** A time in which no new call should come, because one was told to wait. */
export interface Pause {
  /** The refusal whose wait ends last. */
  refused: Attempt;
  /** Last byte of that refusal. */
  toldAtMs: number;
  /** With the grace for calls that were on their way. */
  fromMs: number;
  /** Less the tolerance and the grain of a date. */
  toMs: number;
  /** The wall was this attempt's too. */
  concerns(attempt: Attempt): boolean;
}

/** One pause for waits of the same wall that overlap. `history` holds the refusals. In order of their begin. */
export function pausesOf(history: History, { grace, tolerance }: { grace: number; tolerance: number }): Pause[] {
  const grainOf = hintGrain(history);
  const found = history.attempts.flatMap((refused): Pause[] => {
    const announcedMs = refused.refused?.announced_ms;
    if (announcedMs === undefined || refused.ended?.how !== "complete" || !isWall(refused)) return [];
    const toldAtMs = refused.ended.last_byte_at_ms;
    const pause = {
      refused,
      toldAtMs,
      fromMs: toldAtMs + grace,
      toMs: toldAtMs + announcedMs - tolerance - grainOf(refused),
    };
    return pause.toMs <= pause.fromMs ? [] : [{ ...pause, concerns: wallPlace(history, refused) }];
  });
  return merged(found.sort((a, b) => a.fromMs - b.fromMs));
}

function merged(pauses: readonly Pause[]): Pause[] {
  const result: Pause[] = [];
  for (const pause of pauses) {
    const open = result.findLast((one) => one.concerns(pause.refused));
    if (open === undefined || open.toMs < pause.fromMs) result.push(pause);
    else if (pause.toMs > open.toMs) Object.assign(open, { ...pause, fromMs: open.fromMs });
  }
  return result;
}
