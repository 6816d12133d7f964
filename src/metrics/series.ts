import type { Distribution, Family, Labels, Point } from "./family.ts";

/** More series than this in one metric and the next go into one whose labels all say `other`: names come from clients. */
const MOST_SERIES = 200;

interface Described {
  name: string;
  help: string;
  unit?: string;
}

export interface Counter {
  add(labels: Labels, amount?: number): void;
  total(): number;
  family(): Family;
}

export interface Histogram {
  observe(labels: Labels, value: number): void;
  family(): Family;
}

export function createCounter(described: Described): Counter {
  const series = createSeries<{ value: number }>(() => ({ value: 0 }));
  let total = 0;
  return {
    add(labels, amount = 1) {
      series.of(labels).value += amount;
      total += amount;
    },
    total: () => total,
    family: () => ({ unit: "", ...described, type: "counter", points: series.points(({ value }) => value) }),
  };
}

export function createHistogram({ bounds, ...described }: Described & { bounds: readonly number[] }): Histogram {
  const series = createSeries(() => ({ counts: bounds.map(() => 0).concat(0), sum: 0, count: 0 }));
  return {
    observe(labels, value) {
      const one = series.of(labels);
      const at = bounds.findIndex((bound) => value <= bound);
      const slot = at < 0 ? bounds.length : at;
      one.counts[slot] = (one.counts[slot] ?? 0) + 1;
      one.sum += value;
      one.count++;
    },
    family: () => ({
      unit: "",
      ...described,
      type: "histogram",
      points: series.points((one): Distribution => ({ bounds, ...one, counts: [...one.counts] })),
    }),
  };
}

export function gauge(described: Described, points: readonly Point[]): Family {
  return { unit: "", ...described, type: "gauge", points };
}

function createSeries<T>(make: () => T) {
  const series = new Map<string, { labels: Labels; state: T }>();
  return {
    of(labels: Labels): T {
      const key = Object.values(labels).join("\u0000");
      const known = series.get(key);
      if (known !== undefined) return known.state;
      if (series.size >= MOST_SERIES) {
        const other = Object.fromEntries(Object.keys(labels).map((name) => [name, "other"]));
        if (key !== Object.values(other).join("\u0000")) return this.of(other);
      }
      const state = make();
      series.set(key, { labels, state });
      return state;
    },
    points: (value: (state: T) => Point["value"]): Point[] =>
      [...series.values()].map(({ labels, state }) => ({ labels, value: value(state) })),
  };
}
