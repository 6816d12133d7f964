import type { Attempt } from "../core/history.ts";
import { closedAtMs } from "../core/in-flight.ts";
import type { FrontDraft } from "./front-draft.ts";

/** A shorter text stands in many answers by chance. */
const TELLING_LENGTH = 4;

/** What a finished front-door answer has to do with truncated upstream answers. */
export type Truncation =
  | { seen: "none" }
  /** The delivered text ends as the truncated one does. */
  | { seen: "delivered"; attempt: Attempt }
  /** An upstream answer was truncated and not made good, but no delivered text is known to end as it does. */
  | { seen: "perhaps"; attempt: Attempt };

export interface TruncatedAnswers {
  of(draft: FrontDraft): Truncation;
}

/** Calls without a joined attempt are compared with every truncated answer that fell into their time and joined nowhere. */
export function findTruncatedAnswers(attempts: readonly Attempt[], drafts: readonly FrontDraft[]): TruncatedAnswers {
  const joined = new Set<Attempt>();
  for (const { logicalCalls } of drafts)
    for (const call of logicalCalls) for (const attempt of call.attempts) if (attempt.truncated) joined.add(attempt);
  const loose = attempts
    .filter((attempt) => attempt.truncated && !joined.has(attempt))
    .map((attempt) => ({ attempt, atMs: closedAtMs(attempt) ?? 0 }))
    .sort((a, b) => a.atMs - b.atMs);
  return {
    of(draft) {
      const { ended } = draft;
      if (ended === undefined) return { seen: "none" };
      if (draft.logicalCalls.length > 0) {
        const open = notMadeGood(draft);
        const same = open.find((attempt) => endsLike(attempt, ended.text_tails));
        if (same !== undefined) return { seen: "delivered", attempt: same };
        const last = open.at(-1);
        return last === undefined ? { seen: "none" } : { seen: "perhaps", attempt: last };
      }
      const inItsTime = between(loose, draft.started.started_at_ms, ended.at_ms);
      const same = inItsTime.find(({ attempt }) => endsLike(attempt, ended.text_tails));
      if (same !== undefined) return { seen: "delivered", attempt: same.attempt };
      return inItsTime[0] === undefined ? { seen: "none" } : { seen: "perhaps", attempt: inItsTime[0].attempt };
    },
  };
}

/**
 * The truncated answers after which no whole one came for the same call, be it by a retry, a fallback or a continuation:
 * when those failed too, the app may still pass on the half that it has.
 */
function notMadeGood({ logicalCalls }: FrontDraft): Attempt[] {
  if (!logicalCalls.some(({ attempts }) => attempts.some(({ truncated }) => truncated))) return [];
  const chains = new Map<string, Attempt[]>();
  for (const { id, follows, attempts } of logicalCalls) {
    const chain = chains.get(follows?.logical ?? "") ?? [];
    chain.push(...attempts);
    chains.set(id, chain);
  }
  return [...new Set(chains.values())].flatMap((attempts) => {
    const inOrder = attempts.sort((a, b) => a.headAtMs - b.headAtMs);
    const whole = inOrder.findLastIndex(({ delivered }) => delivered);
    return inOrder.slice(whole + 1).filter(({ truncated }) => truncated);
  });
}

function endsLike({ ended }: Attempt, tails: readonly string[]): boolean {
  if (ended?.text_tail === undefined || (ended.text_length ?? 0) < TELLING_LENGTH) return false;
  return tails.includes(ended.text_tail);
}

function between<T extends { atMs: number }>(sorted: readonly T[], fromMs: number, toMs: number): T[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.atMs ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  const found: T[] = [];
  for (let entry = sorted[low]; entry !== undefined && entry.atMs <= toMs; entry = sorted[++low]) found.push(entry);
  return found;
}
