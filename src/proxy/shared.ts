import type { Rng } from "../core/rng.ts";
import { keyHash } from "../core/secrets.ts";
import { createAttemptCounter } from "./facts.ts";
import type { ProxyOptions } from "./options.ts";
import { createRunning, type Running } from "./running.ts";

/** What all exchanges of one proxy share. */
export interface Shared {
  readonly options: ProxyOptions;
  /** c1, c2, … */
  nextId(): string;
  keyHashOf(credential: string | undefined): string;
  attemptOf(identity: string): number;
  /** A label for the account in refusals; the same for the whole run, and of no key. */
  readonly organization: string;
  requestIdOf(callId: string): string;
  /** Aborts at the next panic. */
  released(): AbortSignal;
  releaseAll(): void;
  /** Exchanges whose end is not told yet. */
  readonly running: Running;
}

const HASHES_KEPT = 1_000;

export function createShared(options: ProxyOptions): Shared {
  let calls = 0;
  let panic = new AbortController();
  const hashes = new Map<string, string>();
  return {
    options,
    nextId: () => `c${++calls}`,
    keyHashOf(credential) {
      if (credential === undefined) return "";
      let hash = hashes.get(credential);
      if (hash === undefined) {
        hash = keyHash(credential);
        if (hashes.size >= HASHES_KEPT) hashes.clear();
        hashes.set(credential, hash);
      }
      return hash;
    },
    attemptOf: createAttemptCounter(),
    organization: `org-${hexOf(options.rng.fork("organization"), 24)}`,
    requestIdOf: (callId) => `req_${hexOf(options.rng.fork(`request/${callId}`), 32)}`,
    released: () => panic.signal,
    releaseAll() {
      const before = panic;
      panic = new AbortController();
      before.abort();
    },
    running: createRunning(),
  };
}

function hexOf(rng: Rng, digits: number): string {
  let text = "";
  while (text.length < digits) text += Math.floor(rng.next() * 16).toString(16);
  return text;
}
