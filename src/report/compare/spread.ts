import { percentile, sortedNumbers } from "../numbers.ts";

/** Two-sided 99 %: a comparison looks at a dozen figures, and one false alarm in twenty would be one in most builds. */
const Z = 2.58;

/** `hits` of `of`; for several runs of one side, one each. */
export interface Counted {
  hits: number;
  of: number;
}

/** Two shares differ by at least `least` (0 to 1) and by more than chance allows for samples of their sizes (Newcombe's interval of the difference leaves out 0). */
export function sharesDiffer(a: Counted, b: Counted, least: number): boolean {
  if (a.of === 0 || b.of === 0) return false;
  const [low, high] = a.hits / a.of <= b.hits / b.of ? [a, b] : [b, a];
  const [lowShare, highShare] = [low.hits / low.of, high.hits / high.of];
  const difference = highShare - lowShare;
  return difference >= least && difference > Math.hypot(highShare - wilson(high).from, wilson(low).to - lowShare);
}

function wilson({ hits, of }: Counted): Range {
  const share = hits / of;
  const z2 = Z * Z;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  return { from: middle - half, to: middle + half };
}

/** Means of how often a call was tried again, if each try fails with a chance of its own (a geometric spread), differ by more than chance. */
export function retryRatesDiffer(a: Counted, b: Counted): boolean {
  if (a.of === 0 || b.of === 0) return false;
  const variance = ({ hits, of }: Counted) => ((hits / of) ** 2 + hits / of) / of;
  return Math.abs(a.hits / a.of - b.hits / b.of) > Z * Math.sqrt(variance(a) + variance(b));
}

export interface Range {
  from: number;
  to: number;
}

/** Below this many samples a median says nothing. */
const LEAST_SAMPLES = 5;

/** The notch of a box plot, 1.57 × the middle half / √n around the median; two that do not meet differ at about 95 %. */
export function notch(samples: readonly number[]): Range | undefined {
  if (samples.length < LEAST_SAMPLES) return undefined;
  const sorted = sortedNumbers(samples);
  const at = (share: number) => percentile(sorted, share) ?? 0;
  const half = (1.57 * (at(0.75) - at(0.25))) / Math.sqrt(sorted.length);
  return { from: at(0.5) - half, to: at(0.5) + half };
}

export function rangesMeet(a: Range, b: Range): boolean {
  return a.from <= b.to && b.from <= a.to;
}

/** From the smallest to the largest of what the repeats of a side measured. */
export function rangeOf(values: readonly number[]): Range | undefined {
  return values.length === 0 ? undefined : { from: Math.min(...values), to: Math.max(...values) };
}

/** Repeats that overlap show that one run more could have turned the difference around. One run a side has no spread of its own. */
export function repeatsMeet(a: readonly number[], b: readonly number[]): boolean {
  const [one, other] = [rangeOf(a), rangeOf(b)];
  return one !== undefined && other !== undefined && rangesMeet(one, other);
}
