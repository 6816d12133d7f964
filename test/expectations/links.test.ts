import { describe, expect, test } from "vitest";
import type { History, LogicalCall } from "../../src/core/history.ts";
import { createRng, type Rng } from "../../src/core/rng.ts";
import { MOST_EVIDENCE } from "../../src/expectations/shared/judgements.ts";
import { tooAmbiguous } from "../../src/expectations/shared/links.ts";
import { story } from "../support/events.ts";

/** So many calls of one or two attempts each. */
function calls(count: number, rng: Rng): History {
  const told = story().phase("only");
  for (let n = 0; n < count; n++) {
    told.received(`c${n}`, { afterMs: 10 });
    if (rng.next() < 0.5) told.replied(`c${n}`, 200);
    else
      told
        .replied(`c${n}`, 429)
        .received(`c${n}b`, { retryOf: `c${n}`, count: 1, afterMs: 20 })
        .replied(`c${n}b`, 200);
  }
  return told.history();
}

/** The same, with origins drawn at random: none, one among the calls, one that is nowhere; certain or doubtful. */
function withOrigins(history: History, rng: Rng): History {
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(rng.next() * all.length)];
  const logicalCalls = history.logicalCalls.map((call): LogicalCall => {
    if (rng.next() < 0.2) return call;
    const logical = rng.next() < 0.1 ? "nowhere" : (pick(history.logicalCalls)?.id ?? "nowhere");
    const kind = rng.next() < 0.5 ? "fallback" : "continuation";
    return { ...call, follows: { logical, kind, confidence: pick([0.4, 0.7, 0.9, 1]) ?? 0 } };
  });
  return { ...history, logicalCalls, ambiguousShare: 0.5 };
}

/** What the evidence says (retries here are certain) by its plain definition: for each doubtful one, look its call up among all. */
function plainly({ logicalCalls }: History) {
  return logicalCalls.flatMap(({ follows, attempts: [first] }) => {
    if (follows === undefined || follows.confidence >= 0.9 || first === undefined) return [];
    const before = logicalCalls.find(({ id }) => id === follows.logical)?.attempts.at(-1);
    const note = `${first.call} may be a ${follows.kind} of ${before?.call ?? "an earlier call"}, or a new call`;
    return [{ note, events: [...(before === undefined ? [] : [before.received.seq]), first.received.seq] }];
  });
}

describe("doubts about where calls come from", () => {
  test("are those of the plain definition", () => {
    let doubts = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const rng = createRng(seed);
      const history = withOrigins(calls(2 + (seed % 20), rng), rng);
      const told = tooAmbiguous(history)?.evidence ?? [];
      expect(told.map(({ note, events }) => ({ note, events }))).toEqual(plainly(history).slice(0, MOST_EVIDENCE));
      doubts += told.length;
    }
    expect(doubts).toBeGreaterThan(200);
  });

  test("look at each call a few times only, however many of them are doubtful", () => {
    const rng = createRng(1);
    const history = withOrigins(calls(300, rng), rng);
    let looks = 0;
    const logicalCalls = history.logicalCalls.map((call) =>
      Object.defineProperty({ ...call }, "id", {
        get() {
          looks++;
          return call.id;
        },
      }),
    );
    expect(plainly(history).length).toBeGreaterThan(100);
    expect(tooAmbiguous({ ...history, logicalCalls })?.verdict).toBe("inconclusive");
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(5 * logicalCalls.length);
  });
});
