import { type HeaderList, headerPairs, withoutHeaders } from "../core/exchange.ts";
import type { Injection } from "../core/fault.ts";
import { matchesGlob } from "../core/text.ts";
import type { Exchange } from "./exchange.ts";
import { tellApplied } from "./inject.ts";
import type { Plan } from "./plan.ts";

/** The upstream's headers with what the rules make of them, in their order. A rule that finds nothing to drop and sets nothing is not told. */
export function rewriteHead(exchange: Exchange, headers: HeaderList, heads: Plan["heads"]): HeaderList {
  let current = headers;
  for (const { chosen, injection } of heads) {
    if (chosen.revoked.aborted) continue;
    const changed = rewritten(current, injection);
    if (changed === undefined) continue;
    tellApplied(exchange, chosen);
    current = changed;
  }
  return current;
}

/** What one rule makes of the headers; undefined when it finds nothing to drop and sets nothing. */
export function rewritten(
  headers: HeaderList,
  { drop, set }: Pick<Extract<Injection, { do: "rewrite-head" }>, "drop" | "set">,
): HeaderList | undefined {
  const kept = without(headers, drop);
  if (kept.length === headers.length && set.length === 0) return undefined;
  const names = [...headerPairs(set)].map(([name]) => name.toLowerCase());
  return [...withoutHeaders(kept, new Set(names)), ...set];
}

function without(headers: HeaderList, patterns: readonly string[]): HeaderList {
  if (patterns.length === 0) return headers;
  const dropped = (name: string) => patterns.some((pattern) => matchesGlob(pattern.toLowerCase(), name.toLowerCase()));
  return [...headerPairs(headers)].filter(([name]) => !dropped(name)).flat();
}
