/** Chance of being wrong that is accepted before something is told from chance. */
const SIGNIFICANT = 0.05;

/**
 * Whether so many values below a bound show that the median is below it: if it were not, each would be below with a
 * chance of at most one half, and this many or more would be rarer than 5 %.
 */
export function medianIsBelow(below: number, all: number): boolean {
  return atMost(all - below, { all, chance: 0.5 }) <= SIGNIFICANT;
}

/**
 * Whether `few` events, in a time that is `share` of the whole in which there were `few + many`, are fewer than chance
 * makes them at one and the same rate.
 */
export function fewerThanChance({ few, many, share }: { few: number; many: number; share: number }): boolean {
  return atMost(few, { all: few + many, chance: share }) <= SIGNIFICANT;
}

/** Chance of at most `k` hits in `all` draws. */
function atMost(k: number, { all, chance }: { all: number; chance: number }): number {
  let sum = 0;
  // Logarithms, since the powers of long runs are too small for a number.
  let term = all * Math.log(1 - chance);
  for (let hits = 0; hits <= k; hits++) {
    sum += Math.exp(term);
    term += Math.log(((all - hits) / (hits + 1)) * (chance / (1 - chance)));
  }
  return sum;
}
