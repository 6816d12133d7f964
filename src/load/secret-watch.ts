import type { KeyPrint } from "./protocol.ts";

/** Runs of characters that keys are made of; those with dots (signed tokens) are looked for beside those without. */
const PLAIN = /[\w-]+/g;
const DOTTED = /[\w.~+/=-]+/g;
const SENTENCE_END = /\.+$/;

/** Looks for the app's keys and for canaries in what the app answers. Keys are known by their hashes only. */
export interface SecretWatch {
  know(key: KeyPrint): void;
  shows(text: string): boolean;
}

/** `hasher` must be the one that made the keys' prints. Canaries are found as they are written, anywhere in a text. */
export function createSecretWatch(canaries: readonly string[], hasher: (text: string) => string): SecretWatch {
  const hashes = new Set<string>();
  const lengths = new Set<number>();
  const isKey = (word: string) => lengths.has(word.length) && hashes.has(hasher(word));
  return {
    know({ hash, length }) {
      hashes.add(hash);
      lengths.add(length);
    },
    shows(text) {
      if (canaries.some((canary) => text.includes(canary))) return true;
      return hashes.size > 0 && wordsOf(text).some(isKey);
    },
  };
}

function wordsOf(text: string): string[] {
  const dotted = (text.match(DOTTED) ?? []).flatMap((word) => [word, word.replace(SENTENCE_END, "")]);
  return [...(text.match(PLAIN) ?? []), ...dotted];
}
