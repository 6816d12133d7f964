import type { Load } from "./scenario.ts";

type Ramp = Extract<Load, { kind: "ramp" }>;

/** A step shows a behaviour when this share of its calls do, and at least this many. */
const SHOWN_SHARE = 0.05;
const SHOWN_CALLS = 3;

/** The concurrencies of a ramp: each the last one times the factor, rounded up and at least one more, and `to` at the end. */
export function rampSteps({ from, to, factor }: Pick<Ramp, "from" | "to" | "factor">): number[] {
  const steps: number[] = [];
  for (let next = from; next < to; next = Math.max(next + 1, Math.ceil(next * factor))) steps.push(next);
  return [...steps, to];
}

/** Whether one step, in one repeat, shows a behaviour. */
export function stepShows({ hits, of }: { hits: number; of: number }): boolean {
  return hits >= SHOWN_CALLS && hits / of >= SHOWN_SHARE;
}

/** Whether a step shows a behaviour: in most of its repeats. */
export function mostRepeatsShow(shown: readonly boolean[]): boolean {
  return shown.filter(Boolean).length * 2 > shown.length;
}

/** Kinds of behaviour that a search looks for, each with its own interval. */
export const SEARCHED = ["shed", "fellBack", "broken"] as const;
export type Searched = (typeof SEARCHED)[number];

/** The next concurrency to try between one that does not show a behaviour and one that does; undefined: narrow enough (10 %, or one caller). */
export function between(good: number, bad: number): number | undefined {
  return bad - good <= Math.max(1, bad * 0.1) ? undefined : Math.floor((good + bad) / 2);
}

/** How long the whole ramp takes at most, the drains between its steps not counted. Milliseconds. */
export function rampMs(ramp: Ramp): number {
  const steps = rampSteps(ramp).length + (ramp.search === undefined ? 0 : mostSearchSteps(ramp));
  return steps * ramp.repeats * (ramp.settleMs + ramp.holdMs);
}

/** Each behaviour may begin in the widest interval, and before the search one step is tried again. */
function mostSearchSteps(ramp: Ramp): number {
  const steps = rampSteps(ramp);
  const halvings = steps.map((bad, index) => {
    let count = 0;
    const good = steps[index - 1] ?? bad;
    for (let low = good, next = between(low, bad); next !== undefined; next = between(low, bad)) {
      low = next;
      count++;
    }
    return count;
  });
  return 1 + SEARCHED.length * Math.max(...halvings);
}
