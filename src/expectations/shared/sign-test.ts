/** Chance of being wrong that is accepted before something is held against an app. */
const SIGNIFICANT = 0.05;

/**
 * Whether so many values below a bound show that the median is below it: if it were not, each would be below with a
 * chance of at most one half, and this many or more would be rarer than 5 %.
 */
export function ratiosAreBelow(below: number, all: number): boolean {
  let chance = 0;
  // log space: 2^-all underflows for long runs.
  let logTerm = all * Math.log(0.5);
  for (let k = 0; k <= all; k++) {
    if (k >= below) chance += Math.exp(logTerm);
    logTerm += Math.log((all - k) / (k + 1));
  }
  return chance <= SIGNIFICANT;
}
