import type { Clock } from "../core/clock.ts";
import type { SpendUnit } from "../core/spend.ts";

export type Amounts = Record<SpendUnit, number>;

/** One call's place in the sums: first what it may need at most, then what it took. */
export interface Entry {
  amounts: Amounts;
  readonly atMs: number;
}

const WINDOW_MS = 60_000;
/** So many entries are gone past before the list is cut. */
const WORTH_CUTTING = 1_024;

/**
 * What was spent and what is reserved, as one sum: over the whole run, and by the calls that began within the last 60
 * seconds. Everything is counted whatever the caps are, so that a cap that comes later knows what went before it.
 */
export function createLedger(clock: Clock) {
  const run = nothing();
  const minute = nothing();
  let entries: Entry[] = [];
  /** Entries before this one are older than the window. */
  let first = 0;

  const expire = () => {
    const oldest = clock.nowMs() - WINDOW_MS;
    for (let entry = entries[first]; entry !== undefined && entry.atMs <= oldest; entry = entries[++first]) {
      add(minute, entry.amounts, -1);
    }
    if (first === entries.length) Object.assign(minute, nothing());
    if (first < WORTH_CUTTING) return;
    entries = entries.slice(first);
    first = 0;
  };

  return {
    run,
    /** Up to now. */
    minute(): Amounts {
      expire();
      return minute;
    },
    enter(amounts: Amounts): Entry {
      const entry = { amounts, atMs: clock.nowMs() };
      expire();
      entries.push(entry);
      add(run, amounts, 1);
      add(minute, amounts, 1);
      return entry;
    },
    /** In the place of what the entry stood for before. */
    correct(entry: Entry, amounts: Amounts): void {
      expire();
      const inWindow = entry.atMs > clock.nowMs() - WINDOW_MS;
      for (const sums of inWindow ? [run, minute] : [run]) {
        add(sums, entry.amounts, -1);
        add(sums, amounts, 1);
      }
      entry.amounts = amounts;
    },
  };
}

export function nothing(): Amounts {
  return { usd: 0, tokens: 0, requests: 0 };
}

function add(to: Amounts, amounts: Amounts, sign: 1 | -1): void {
  to.usd += sign * amounts.usd;
  to.tokens += sign * amounts.tokens;
  to.requests += sign * amounts.requests;
}
