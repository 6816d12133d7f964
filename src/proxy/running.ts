import type { ClientSide } from "./client-side.ts";

interface Runs {
  readonly client: ClientSide;
}

/** The exchanges whose end is not told yet. */
export interface Running {
  /** Returns how to take it out again. */
  add(exchange: Runs): () => void;
  /** Breaks off whatever still goes on. */
  cutAll(): void;
  /** Resolves when every end is told. */
  idle(): Promise<void>;
}

/**
 * Slots of one array that lives as long as the proxy, and not a Set: a Set that members come and go in replaces its table
 * again and again, and each old table points to the next. Once one of them has been moved among the old objects, that chain
 * keeps every later member alive until the next full collection, although nobody can reach it.
 */
export function createRunning(): Running {
  const slots: (Runs | undefined)[] = [];
  const free: number[] = [];
  let count = 0;
  let waiting: (() => void)[] = [];
  const remove = (slot: number) => {
    slots[slot] = undefined;
    free.push(slot);
    count--;
    if (count > 0) return;
    for (const tell of waiting) tell();
    waiting = [];
  };
  return {
    add(exchange) {
      const slot = free.pop() ?? slots.length;
      slots[slot] = exchange;
      count++;
      return () => remove(slot);
    },
    cutAll() {
      for (const exchange of slots) exchange?.client.cut("rst");
    },
    idle: () => new Promise((resolve) => (count === 0 ? resolve() : waiting.push(resolve))),
  };
}
