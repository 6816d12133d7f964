import type { Scrubber } from "../core/secrets.ts";
import type { KeyPrint } from "../load/index.ts";

/** What is shorter may stand in an answer by chance. */
const SHORTEST_KEY = 12;

/** The keys that the app was seen with, by their hashes: whoever looks for them in answers need not know them. */
export interface KeyPrints {
  add(key: string): void;
  /** Called with every key seen so far, and with every later one. */
  subscribe(listener: (key: KeyPrint) => void): void;
}

export function createKeyPrints(hasher: (text: string) => string): KeyPrints {
  const prints = new Map<string, KeyPrint>();
  const listeners: ((key: KeyPrint) => void)[] = [];
  let newest: string | undefined;
  return {
    add(key) {
      // Asked for every request: an app has one key as a rule.
      if (key === newest || key.length < SHORTEST_KEY) return;
      newest = key;
      const print = { hash: hasher(key), length: key.length };
      if (prints.has(print.hash)) return;
      prints.set(print.hash, print);
      for (const listener of listeners) listener(print);
    },
    subscribe(listener) {
      listeners.push(listener);
      for (const print of prints.values()) listener(print);
    },
  };
}

/** The scrubber as the proxy gets it: what a request carries as its key is the app's. */
export function noticingKeys(scrubber: Scrubber, keys: KeyPrints): Scrubber {
  return {
    scrub: scrubber.scrub,
    find: scrubber.find,
    register(secret) {
      scrubber.register(secret);
      keys.add(secret);
    },
  };
}
