import { type HeaderList, headerPairs, withoutHeaders } from "../core/exchange.ts";
import { matchesGlob } from "../core/text.ts";
import type { Exchange } from "./exchange.ts";
import { tellApplied } from "./inject.ts";
import type { Plan } from "./plan.ts";

/** The upstream's headers with what the rules make of them, in their order. A rule that finds nothing to drop and sets nothing is not told. */
export function rewriteHead(exchange: Exchange, headers: HeaderList, heads: Plan["heads"]): HeaderList {
  let current = headers;
  for (const { chosen, injection } of heads) {
    if (chosen.revoked.aborted) continue;
    const kept = without(current, injection.drop);
    if (kept.length === current.length && injection.set.length === 0) continue;
    tellApplied(exchange, chosen);
    const names = [...headerPairs(injection.set)].map(([name]) => name.toLowerCase());
    current = [...withoutHeaders(kept, new Set(names)), ...injection.set];
  }
  return current;
}

function without(headers: HeaderList, patterns: readonly string[]): HeaderList {
  if (patterns.length === 0) return headers;
  const dropped = (name: string) => patterns.some((pattern) => matchesGlob(pattern.toLowerCase(), name.toLowerCase()));
  return [...headerPairs(headers)].filter(([name]) => !dropped(name)).flat();
}
