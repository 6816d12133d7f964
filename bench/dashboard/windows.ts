/** What was seen in one stretch of time: delays of chunks in milliseconds. */
export type Window = Float64Array;

/** A pair of neighbours in time: one with nobody watching, one with all. */
export interface Pair {
  none: Window;
  ten: Window;
}

export interface Estimate {
  value: number;
  /** The middle 95 % of what other draws of the same windows give. */
  low: number;
  high: number;
}

const DRAWS = 400;

export function quantile(windows: readonly Window[], share: number): number {
  const all = new Float64Array(windows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const window of windows) {
    all.set(window, at);
    at += window.length;
  }
  all.sort();
  return all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? Number.NaN;
}

/** The delay that is added with ten watching against that with none: over all windows, and over windows drawn again, in pairs. */
export function addedRatio(pairs: readonly Pair[], { direct, share }: { direct: number; share: number }): Estimate {
  const ratioOf = (drawn: readonly Pair[]) => {
    const none = quantile(
      drawn.map((pair) => pair.none),
      share,
    );
    const ten = quantile(
      drawn.map((pair) => pair.ten),
      share,
    );
    return (ten - direct) / (none - direct);
  };
  const thinned = pairs.map(({ none, ten }) => ({ none: thin(none), ten: thin(ten) }));
  const draws = Array.from({ length: DRAWS }, () => ratioOf(thinned.map(() => oneOf(thinned)))).sort((a, b) => a - b);
  const at = (place: number) => draws[Math.floor(place * (draws.length - 1))] ?? Number.NaN;
  return { value: ratioOf(pairs), low: at(0.025), high: at(0.975) };
}

/** Every tenth of the sorted: sorting all of them for every draw would take minutes, and the quantiles stay. */
function thin(window: Window): Window {
  return window.toSorted().filter((_, i) => i % 10 === 5);
}

function oneOf<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T;
}
