import type { Rng } from "../../core/rng.ts";

/**
 * Plain sentences from a few common words. Each word with its leading space, and the full stop, is exactly one token
 * of o200k_base (a test holds this), so a text of n pieces has n tokens without counting.
 */
const OPENERS = ["The", "This", "Our", "Every", "That", "Each"];
const ADJECTIVES = ["small", "new", "open", "simple", "final", "early", "clear", "second", "long", "quiet"];
const NOUNS = [
  "team",
  "report",
  "ticket",
  "plan",
  "system",
  "order",
  "update",
  "review",
  "request",
  "answer",
  "change",
];
const VERBS = ["needs", "follows", "shows", "covers", "helps", "keeps", "supports", "changes", "explains", "reaches"];
/** Phrases that close a sentence, by their number of words. */
const TAILS: readonly (readonly string[])[] = [
  [""],
  [" again", " today", " now", " first"],
  [" every day", " in time", " at last", " this week"],
  [" before the release", " after the meeting", " in most cases", " on the list"],
  [" without any more work", " for the whole team", " at the right time"],
];
/** Sentences too short for the pattern, by their number of tokens. */
const SHORT: readonly string[] = ["", "Yes", "Yes.", "It works.", "All is well.", "This is the plan."];

const SHORTEST = 6;
const LONGEST = 12;

/** A text of exactly `tokens` tokens, one a piece; joined, the pieces are readable sentences. */
export function sentences(tokens: number, rng: Rng): string[] {
  const pieces: string[] = [];
  for (let left = tokens; left > 0; ) {
    const length = left <= LONGEST ? left : Math.min(SHORTEST + pick(7, rng), left - 2);
    const words = sentence(length, rng);
    pieces.push(...(pieces.length === 0 ? words : [` ${words[0]}`, ...words.slice(1)]));
    left -= length;
  }
  return pieces;
}

function sentence(tokens: number, rng: Rng): string[] {
  if (tokens < SHORTEST) return split(SHORT[tokens] ?? "");
  const extra = tokens - SHORTEST;
  const mostAdjectives = Math.min(2, extra);
  const leastAdjectives = Math.max(0, extra - (TAILS.length - 1));
  const adjectives = leastAdjectives + pick(mostAdjectives - leastAdjectives + 1, rng);
  const first = adjectives === 2 || (adjectives === 1 && rng.next() < 0.5);
  const second = adjectives === 2 || (adjectives === 1 && !first);
  const adjective = (wanted: boolean) => (wanted ? ` ${one(ADJECTIVES, rng)}` : "");
  const subject = `${one(OPENERS, rng)}${adjective(first)} ${one(NOUNS, rng)}`;
  const object = ` the${adjective(second)} ${one(NOUNS, rng)}`;
  return split(`${subject} ${one(VERBS, rng)}${object}${one(TAILS[extra - adjectives] ?? [""], rng)}.`);
}

/** A single word for a made-up value. */
export function word(rng: Rng): string {
  return one(NOUNS, rng);
}

function split(text: string): string[] {
  return text.match(/ ?[A-Za-z]+|\./g) ?? [];
}

function one(list: readonly string[], rng: Rng): string {
  return list[pick(list.length, rng)] ?? "";
}

function pick(below: number, rng: Rng): number {
  return Math.floor(rng.next() * below);
}
