import type { Attempt } from "../core/history.ts";
import { closedAtMs } from "../core/in-flight.ts";

/** When a polite client may come back: the end of the answer and what it announced. Milliseconds. */
export function dueAtMs(attempt: Attempt): number {
  return (closedAtMs(attempt) ?? attempt.headAtMs) + (attempt.refused?.announced_ms ?? 0);
}

/**
 * Failed attempts that may still be retried, in the order in which they are due.
 * Pairing the earliest due with the earliest retry never invents an early retry: if any pairing respects
 * every announced wait, this one does.
 */
export class WaitingList {
  readonly #entries: { attempt: Attempt; dueMs: number }[] = [];
  #first = 0;

  add(attempt: Attempt): void {
    const entry = { attempt, dueMs: dueAtMs(attempt) };
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.dueMs ?? 0) <= entry.dueMs) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, entry);
  }

  /** Drops from the front what nobody will come back for. */
  forget(isOver: (attempt: Attempt) => boolean): void {
    for (let entry = this.#entries[this.#first]; entry !== undefined; entry = this.#entries[this.#first]) {
      if (!isOver(entry.attempt)) return;
      this.#first += 1;
    }
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  get earliest(): Attempt | undefined {
    return this.#entries[this.#first]?.attempt;
  }

  get latest(): Attempt | undefined {
    return this.size === 0 ? undefined : this.#entries[this.#entries.length - 1]?.attempt;
  }

  /** Takes the earliest due. */
  take(): Attempt | undefined {
    const taken = this.earliest;
    if (taken !== undefined) this.#first += 1;
    return taken;
  }
}
