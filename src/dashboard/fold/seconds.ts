import type { SeriesPoint } from "../view.ts";
import type { Samples } from "./samples.ts";

/** As far back as the charts go: 600 points, and the second that is still running. */
export const MOST_SECONDS = 601;

/** What happened in one second. */
export interface Second {
  readonly atMs: number;
  ttft: Samples | undefined;
  itl: Samples | undefined;
  /** Most calls open at once. */
  inFlight: number;
  ok: number;
  refused: number;
  bad: number;
  hits: number;
  shed: number;
  /** Calls that came, and calls that met their first fault. */
  received: number;
  touched: number;
  /** Replies by label, and refusals by dimension; made when the first comes. */
  statuses: Map<string, number> | undefined;
  refusals: Map<string, number> | undefined;
  /** The drawn point; undefined: has to be made again. */
  point: SeriesPoint | undefined;
}

/** The last 600 seconds without gaps, so that a stretch without traffic is drawn as one and not as the last value for ever. */
export class Seconds {
  #ring: Second[] = [];
  /** Calls open now: what a second without events starts with. */
  level = 0;

  /** The second at this time, for counting into it: its drawn point is made again. */
  at(ms: number): Second {
    this.advance(ms);
    const first = this.#ring[0] ?? this.#push(0);
    const index = Math.floor(ms / 1_000) - first.atMs / 1_000;
    const second = this.#ring[Math.max(0, Math.min(index, this.#ring.length - 1))] ?? first;
    second.point = undefined;
    return second;
  }

  /** Lets the seconds until now pass. */
  advance(nowMs: number): void {
    const wanted = Math.max(0, Math.floor(nowMs / 1_000));
    const last = this.#ring.at(-1);
    const from = Math.max((last?.atMs ?? -1_000) / 1_000 + 1, wanted - MOST_SECONDS + 1);
    for (let second = from; second <= wanted; second++) this.#push(second * 1_000);
    // Cut rarely and in bulk: shifting an array each second for each reader is what a ring is made to avoid.
    if (this.#ring.length > MOST_SECONDS * 1.5) this.#ring = this.#ring.slice(-MOST_SECONDS);
  }

  /** The last so many milliseconds, oldest first, the running second included. */
  last(ms: number): readonly Second[] {
    return this.#ring.slice(-Math.ceil(ms / 1_000));
  }

  points(): readonly SeriesPoint[] {
    return this.last(MOST_SECONDS * 1_000).map((second) => {
      second.point ??= pointOf(second);
      return second.point;
    });
  }

  #push(atMs: number): Second {
    const second: Second = {
      atMs,
      ttft: undefined,
      itl: undefined,
      inFlight: this.level,
      ok: 0,
      refused: 0,
      bad: 0,
      hits: 0,
      shed: 0,
      received: 0,
      touched: 0,
      statuses: undefined,
      refusals: undefined,
      point: undefined,
    };
    this.#ring.push(second);
    return second;
  }
}

function pointOf({ atMs, ttft, itl, inFlight, ok, refused, bad, hits }: Second): SeriesPoint {
  const sorted = sortedValues([ttft]);
  return {
    atMs,
    ttftP50Ms: rankOf(sorted, 0.5) ?? null,
    ttftP95Ms: rankOf(sorted, 0.95) ?? null,
    itlMs: rankOf(sortedValues([itl]), 0.5) ?? null,
    inFlight,
    ok,
    refused,
    bad,
    hits,
  };
}

export function sortedValues(samples: readonly (Samples | undefined)[]): Float64Array {
  return Float64Array.from(samples.flatMap((some) => some?.values ?? [])).sort();
}

/** Nearest rank, to a tenth of a millisecond; undefined without values. */
export function rankOf(sorted: Float64Array, share: number): number | undefined {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return value === undefined ? undefined : Math.round(value * 10) / 10;
}

export function countUp(counts: Map<string, number> | undefined, key: string): Map<string, number> {
  const map = counts ?? new Map<string, number>();
  return map.set(key, (map.get(key) ?? 0) + 1);
}
