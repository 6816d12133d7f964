import type { Trait, TraitName } from "../../core/report.ts";

/** What can be said of one trait: what was seen, or why nothing was. Neither: the run gave no occasion. */
export interface Reading {
  traits: readonly Trait[];
  notMeasured: readonly { name: TraitName; why: string }[];
}

/** Fewer observations than this are an anecdote. */
export const LEAST_SAMPLES = 3;
/** From this share on the exceptions are left to the numbers. */
export const MOSTLY = 0.8;

const MOST_EVENTS = 6;

export function seen(trait: Trait): Reading {
  return { traits: [{ ...trait, events: [...new Set(trait.events)].slice(0, MOST_EVENTS) }], notMeasured: [] };
}

export function unseen(name: TraitName, why: string): Reading {
  return { traits: [], notMeasured: [{ name, why }] };
}

/** The commonest value, and its share of all; undefined without values. */
export function mostCommon<T>(values: readonly T[]): { value: T; share: number } | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first === undefined ? undefined : { value: first[0], share: first[1] / values.length };
}

/** 0 without values. Of as many values as a long run has, which are too many for the arguments of one call. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** `3`, or `1 to 4`. */
export function fromTo(values: readonly number[]): string {
  const least = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const most = largest(values);
  return least === most ? String(least) : `${least} to ${most}`;
}
