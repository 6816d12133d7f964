import { createHash } from "node:crypto";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** Seeded chance. A fork is addressed by a label, so a decision does not depend on what was drawn before it elsewhere. */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  /** An independent stream for this label; the same seed and label give the same stream. */
  fork(label: string): Rng;
}

export function createRng(seed: number | string): Rng {
  const path = String(seed);
  const digest = createHash("sha256").update(path).digest();
  const generator = xoroshiro128plusFromState([
    digest.readInt32LE(0),
    digest.readInt32LE(4),
    digest.readInt32LE(8),
    digest.readInt32LE(12),
  ]);
  return {
    next: () => (generator.next() >>> 0) / 0x1_0000_0000,
    fork: (label) => createRng(`${path}/${label}`),
  };
}
