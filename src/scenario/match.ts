import type { CallFacts } from "../core/fault.ts";
import type { Where } from "../core/scenario.ts";
import { matchesGlob } from "../core/text.ts";

/** Whether a call is one that `where` means. `nth` and `first` count matching calls and are the chooser's business. */
export function matches(where: Where, facts: CallFacts): boolean {
  const { call } = facts;
  return (
    globHolds(where.provider, call.provider) &&
    globHolds(where.model, call.model) &&
    globHolds(where.path, withoutQuery(facts.path)) &&
    holds(where.stream, call.stream) &&
    holds(where.tools, call.tools) &&
    (where.key === undefined || facts.keyHash.startsWith(where.key)) &&
    (where.min_input_tokens === undefined || call.inputTokens >= where.min_input_tokens) &&
    Object.entries(where.header ?? {}).every(([name, pattern]) => {
      const value = facts.header(name);
      return value !== undefined && matchesGlob(pattern, value);
    })
  );
}

function globHolds(pattern: string | undefined, value: string): boolean {
  return pattern === undefined || matchesGlob(pattern, value);
}

function holds(wanted: boolean | undefined, value: boolean): boolean {
  return wanted === undefined || wanted === value;
}

function withoutQuery(path: string): string {
  return path.split("?", 1)[0] ?? path;
}
