/**
 * A slow reference for a continuously refilled bucket. It keeps every charge for ever and computes what is in use from
 * the definition, in exact integers: the largest, over all starting points, of (charges since then − refill since then).
 * Nothing of it is shared with the implementation, which keeps a running level instead.
 */
export interface ReferenceBucket {
  /** Used × window, exactly. */
  usedScaled(atMs: number): bigint;
  fits(amount: number, atMs: number): boolean;
  charge(amount: number, atMs: number): number;
  /** Less than was charged: the past is rewritten. More: the rest is a charge of its own, now. */
  settle(index: number, amount: number, atMs: number): void;
}

export function createReferenceBucket(limit: number, windowMs: number): ReferenceBucket {
  const charges: { atMs: number; amount: bigint }[] = [];
  const window = BigInt(windowMs);

  function usedScaled(atMs: number): bigint {
    let most = 0n;
    let since = 0n;
    for (const { atMs: then, amount } of charges.toReversed()) {
      since += amount;
      const used = since * window - BigInt(limit) * BigInt(atMs - then);
      if (used > most) most = used;
    }
    return most;
  }

  return {
    usedScaled,
    fits: (amount, atMs) => usedScaled(atMs) + BigInt(amount) * window <= BigInt(limit) * window,
    charge(amount, atMs) {
      charges.push({ atMs, amount: BigInt(amount) });
      return charges.length - 1;
    },
    settle(index, amount, atMs) {
      const charge = charges[index];
      if (charge === undefined) throw new Error("no such charge");
      const real = BigInt(amount);
      if (real > charge.amount) charges.push({ atMs, amount: real - charge.amount });
      else charge.amount = real;
    },
  };
}
