import type { ClientSide } from "./client-side.ts";

interface Runs {
  readonly client: ClientSide;
}

/** The exchanges whose end is not told yet. */
export interface Running {
  add(exchange: Runs): void;
  remove(exchange: Runs): void;
  /** Breaks off whatever still goes on. */
  cutAll(): void;
  /** Resolves when every end is told. */
  idle(): Promise<void>;
}

export function createRunning(): Running {
  const exchanges = new Set<Runs>();
  let waiting: (() => void)[] = [];
  return {
    add: (exchange) => void exchanges.add(exchange),
    remove(exchange) {
      exchanges.delete(exchange);
      if (exchanges.size > 0) return;
      for (const tell of waiting) tell();
      waiting = [];
    },
    cutAll() {
      for (const { client } of exchanges) client.cut("rst");
    },
    idle: () => new Promise((resolve) => (exchanges.size === 0 ? resolve() : waiting.push(resolve))),
  };
}
