import type { Clock } from "../core/clock.ts";

/** How often a wrong token may be tried from one address. Without it a short token could be found by trying. */
export interface GuessLimit {
  /** Whole seconds until the address may try again; 0: it may now. */
  waitSeconds(address: string): number;
  wrong(address: string): void;
}

const MOST_WRONG = 20;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;

/** 20 wrong ones a minute for each address. Bounded: of too many addresses the one seen first is forgotten. */
export function createGuessLimit(clock: Clock): GuessLimit {
  const seen = new Map<string, { wrong: number; untilMs: number }>();
  const current = (address: string) => {
    const entry = seen.get(address);
    if (entry !== undefined && entry.untilMs > clock.nowMs()) return entry;
    seen.delete(address);
    return undefined;
  };
  return {
    waitSeconds(address) {
      const entry = current(address);
      if (entry === undefined || entry.wrong < MOST_WRONG) return 0;
      return Math.ceil((entry.untilMs - clock.nowMs()) / 1_000);
    },
    wrong(address) {
      const entry = current(address);
      if (entry !== undefined) entry.wrong++;
      else {
        if (seen.size >= MOST_ADDRESSES) seen.delete(seen.keys().next().value ?? "");
        seen.set(address, { wrong: 1, untilMs: clock.nowMs() + WINDOW_MS });
      }
    },
  };
}
