import { describe, expect, test } from "vitest";
import type { History } from "../../src/core/history.ts";
import { story } from "../support/events.ts";

const callsOf = ({ logicalCalls }: History) => logicalCalls.map(({ attempts }) => attempts.map(({ call }) => call));
const linksOf = ({ logicalCalls }: History) => logicalCalls.flatMap(({ links }) => links);

describe("marks on the wire", () => {
  test("one identity is one call, also when the body differs", () => {
    const history = story()
      .received("c1", { identity: "i" })
      .replied("c1", 429)
      .received("c2", { afterMs: 10, identity: "i", body: "other" })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1", "c2"]]);
    expect(linksOf(history)).toEqual([{ from: "c1", to: "c2", by: "identity", confidence: 1 }]);
  });

  test("equal bodies under different identities are different calls", () => {
    const history = story()
      .received("c1", { identity: "i", body: "b" })
      .replied("c1", 429)
      .received("c2", { afterMs: 10, identity: "j", body: "b" })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1"], ["c2"]]);
  });

  test("one identity on two models is a fallback", () => {
    const history = story()
      .received("c1", { identity: "i" })
      .replied("c1", 429)
      .received("c2", { afterMs: 10, identity: "i", model: "small" })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1"], ["c2"]]);
    expect(history.logicalCalls[1]?.follows).toEqual({ logical: "l1", kind: "fallback", confidence: 1 });
  });

  test("another identity is another call, even at the announced time", () => {
    const history = story()
      .received("c1", { identity: "i", prompt: "p" })
      .replied("c1", 429, { announced: 2_000 })
      .received("c2", { afterMs: 2_005, identity: "j", prompt: "p" })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1"], ["c2"]]);
  });

  test("a retry count joins to the failed attempt with one less", () => {
    const history = story()
      .received("c1", { count: 0 })
      .replied("c1", 429)
      .received("c2", { afterMs: 500, retryOf: "c1", count: 1 })
      .replied("c2", 503)
      .received("c3", { afterMs: 900, retryOf: "c1", count: 2 })
      .replied("c3", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1", "c2", "c3"]]);
    expect(linksOf(history).every(({ by, confidence }) => by === "retry_count" && confidence > 0.9)).toBe(true);
  });

  test("a count without a known predecessor is a call of its own: the first attempt died on its way", () => {
    const history = story().received("c1", { count: 1 }).replied("c1", 200).history();
    expect(callsOf(history)).toEqual([["c1"]]);
  });

  test("a count joins over an attempt that never arrived", () => {
    const history = story()
      .received("c1", { count: 0 })
      .replied("c1", 429)
      .received("c2", { afterMs: 1_500, retryOf: "c1", count: 2 })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1", "c2"]]);
  });

  test("a count joins, less surely, to an attempt that a gateway still holds open", () => {
    const history = story()
      .received("c1", { count: 0 })
      .received("c2", { afterMs: 1_000, retryOf: "c1", count: 1 })
      .replied("c2", 200, { afterMs: 50 })
      .replied("c1", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1", "c2"]]);
    expect(history.ambiguousShare).toBe(1);
  });

  test("a count joins, less surely, to what had been delivered: the client may have missed the answer", () => {
    const history = story()
      .received("c1", { body: "b", count: 0 })
      .replied("c1", 200)
      .received("c2", { afterMs: 500, body: "b", count: 1 })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1", "c2"]]);
    expect(history.ambiguousShare).toBe(1);
    const longAfter = story().received("c1", { body: "b", count: 0 }).replied("c1", 200);
    longAfter.received("c2", { afterMs: 300_000, body: "b", count: 1 }).replied("c2", 200);
    expect(callsOf(longAfter.history())).toEqual([["c1"], ["c2"]]);
  });

  test("counts that restart (a loop around an SDK) stay one call", () => {
    const counts = [0, 1, 2, 0, 1, 2];
    const told = story();
    counts.forEach((count, i) => {
      told.received(`c${i + 1}`, { afterMs: 500, body: "b", count }).replied(`c${i + 1}`, 429);
    });
    expect(callsOf(told.history())).toEqual([["c1", "c2", "c3", "c4", "c5", "c6"]]);
  });
});

describe("equal bodies", () => {
  test("a count that always says 0 does not hide a retry", () => {
    const history = story()
      .received("c1", { body: "b", count: 0 })
      .replied("c1", 429)
      .received("c2", { afterMs: 1_500, body: "b", count: 0 })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1", "c2"]]);
    expect(history.ambiguousShare).toBe(0);
  });

  test("parallel identical prompts are not retries", () => {
    const told = story();
    for (const call of ["c1", "c2", "c3"]) told.received(call, { afterMs: 1, body: "b" });
    for (const call of ["c1", "c2", "c3"]) told.replied(call, 200, { afterMs: 100 });
    expect(callsOf(told.history())).toEqual([["c1"], ["c2"], ["c3"]]);
  });

  test("the same prompt after a delivered answer is a new call", () => {
    const history = story()
      .received("c1", { body: "b" })
      .replied("c1", 200)
      .received("c2", { afterMs: 5, body: "b" })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1"], ["c2"]]);
  });

  test("a client that left before the answer is retried, though its next request overtook the news", () => {
    const history = story()
      .received("c1", { body: "b" })
      .received("c2", { afterMs: 2_000, body: "b" })
      .after(20)
      .replied("c1", 0, { how: "client_left" })
      .replied("c2", 200, { afterMs: 100 })
      .history();
    expect(callsOf(history)).toEqual([["c1", "c2"]]);
  });

  test("a client that left after the finish had its answer", () => {
    const history = story()
      .received("c1", { body: "b" })
      .replied("c1", 200, { how: "client_left", finish: true })
      .received("c2", { afterMs: 10, body: "b" })
      .replied("c2", 200)
      .history();
    expect(history.attempts[0]?.delivered).toBe(true);
    expect(callsOf(history)).toEqual([["c1"], ["c2"]]);
  });

  test("other keys, other front-door calls and long pauses are not joined", () => {
    const keys = story().received("c1", { body: "b", key: "k1" }).replied("c1", 429);
    keys.received("c2", { afterMs: 5, body: "b", key: "k2" });
    expect(callsOf(keys.history())).toEqual([["c1"], ["c2"]]);

    const fronts = story().front("f1").front("f2").received("c1", { body: "b", trace: "trace-f1" }).replied("c1", 429);
    fronts.received("c2", { afterMs: 5, body: "b", trace: "trace-f2" });
    expect(callsOf(fronts.history())).toEqual([["c1"], ["c2"]]);

    const pause = story()
      .received("c1", { body: "b" })
      .replied("c1", 500)
      .received("c2", { afterMs: 300_000, body: "b" });
    expect(callsOf(pause.history())).toEqual([["c1"], ["c2"]]);
  });

  test("a prompt that everybody sends makes the link doubtful, unless it comes exactly when told", () => {
    const shared = (gapMs: number) =>
      story()
        .received("c0", { body: "b" })
        .replied("c0", 200)
        .received("c1", { body: "b" })
        .replied("c1", 429, { announced: 2_000 })
        .received("c2", { afterMs: gapMs, body: "b" })
        .replied("c2", 200)
        .history();
    expect(shared(5).ambiguousShare).toBe(1);
    expect(shared(2_010).ambiguousShare).toBe(0);
    expect(callsOf(shared(5))).toEqual([["c0"], ["c1", "c2"]]);
  });

  test("an unknown trace per request neither joins nor parts for sure", () => {
    const history = story()
      .received("c1", { body: "b", trace: "t1" })
      .replied("c1", 429)
      .received("c2", { afterMs: 5, body: "b", trace: "t2" })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1", "c2"]]);
    expect(history.ambiguousShare).toBe(1);
  });

  test("pairing several identical failures never invents an early retry", () => {
    const history = story()
      .received("c1", { body: "b" })
      .received("c2", { body: "b" })
      .replied("c1", 429, { afterMs: 10, announced: 5_000 })
      .replied("c2", 429, { afterMs: 100, announced: 1_000 })
      .received("c3", { afterMs: 1_010, body: "b", count: 1 })
      .received("c4", { afterMs: 3_900, body: "b", count: 1 })
      .history();
    expect(callsOf(history)).toEqual([
      ["c1", "c4"],
      ["c2", "c3"],
    ]);
  });
});

test("which of two identical failures is meant is doubtful while one of them should still wait", () => {
  const history = story()
    .received("c1", { body: "b", count: 0 })
    .received("c2", { body: "b", count: 0 })
    .replied("c1", 429, { afterMs: 10, announced: 1_000 })
    .replied("c2", 429, { announced: 9_000 })
    .received("c3", { afterMs: 1_010, body: "b", count: 1 })
    .history();
  expect(callsOf(history)).toEqual([["c1", "c3"], ["c2"]]);
  expect(linksOf(history)).toMatchObject([{ by: "retry_count", confidence: 0.8 }]);
});

describe("other bodies", () => {
  test("an agent's five calls under one trace are five calls", () => {
    const told = story().front("f1");
    for (let i = 1; i <= 5; i++)
      told.received(`c${i}`, { afterMs: 10, trace: "trace-f1", prompt: "p" }).replied(`c${i}`, 200, { afterMs: 100 });
    const history = told.history();
    expect(history.logicalCalls).toHaveLength(5);
    expect(history.logicalCalls.every(({ front, follows }) => front === "f1" && follows === undefined)).toBe(true);
    expect(history.frontDoorCalls).toHaveLength(0);
  });

  test("the same prompt on another model after a failure is a fallback, not a retry", () => {
    const history = story()
      .received("c1", { prompt: "p" })
      .replied("c1", 429, { announced: 5_000 })
      .received("c2", { afterMs: 5, prompt: "p", model: "small" })
      .replied("c2", 200)
      .history();
    expect(callsOf(history)).toEqual([["c1"], ["c2"]]);
    expect(history.logicalCalls[1]?.follows).toEqual({ logical: "l1", kind: "fallback", confidence: 0.9 });
  });

  test("so is the same prompt at another provider, where the same caller has another key", () => {
    const history = story()
      .received("c1", { prompt: "p", provider: "openai", key: "one" })
      .replied("c1", 429, { announced: 5_000 })
      .received("c2", { afterMs: 5, prompt: "p", provider: "anthropic", model: "other", key: "two" })
      .replied("c2", 200)
      .history();
    expect(history.logicalCalls[1]?.follows).toEqual({ logical: "l1", kind: "fallback", confidence: 0.9 });
  });

  test("another key at the same provider is another caller", () => {
    const history = story()
      .received("c1", { prompt: "p", key: "one" })
      .replied("c1", 429)
      .received("c2", { afterMs: 5, prompt: "p", model: "small", key: "two" })
      .replied("c2", 200)
      .history();
    expect(history.logicalCalls[1]?.follows).toBeUndefined();
  });

  test("a fallback to another provider is not certain while two callers ask the same", () => {
    const history = story()
      .received("c1", { prompt: "p", provider: "openai", key: "one" })
      .received("c2", { prompt: "p", provider: "openai", key: "two" })
      .replied("c1", 429, { afterMs: 5 })
      .replied("c2", 429, { afterMs: 5 })
      .received("c3", { afterMs: 5, prompt: "p", provider: "anthropic", key: "three" })
      .replied("c3", 200)
      .history();
    expect(history.logicalCalls[2]?.follows).toMatchObject({ kind: "fallback", confidence: 0.6 });
  });

  test("a fallback of a fallback follows the one that failed last", () => {
    const history = story()
      .received("c1", { prompt: "p" })
      .replied("c1", 429, { afterMs: 5 })
      .received("c2", { afterMs: 5, prompt: "p", model: "middle" })
      .replied("c2", 429, { afterMs: 5 })
      .received("c3", { afterMs: 5, prompt: "p", model: "small" })
      .replied("c3", 200)
      .history();
    expect(history.logicalCalls.map(({ follows }) => follows?.logical)).toEqual([undefined, "l1", "l2"]);
  });

  test("two models asked side by side are no fallback", () => {
    const history = story()
      .received("c1", { prompt: "p" })
      .received("c2", { prompt: "p", model: "small" })
      .replied("c1", 429, { afterMs: 50 })
      .replied("c2", 200, { afterMs: 50 })
      .history();
    expect(history.logicalCalls.every(({ follows }) => follows === undefined)).toBe(true);
  });

  test("asking on after a cut is a continuation", () => {
    const history = story()
      .received("c1", { prompt: "p" })
      .replied("c1", 200, { how: "cut", tail: "half a tale" })
      .received("c2", { afterMs: 5, prompt: "p", body: "with the half" })
      .replied("c2", 200)
      .history();
    expect(history.logicalCalls[1]?.follows?.kind).toBe("continuation");
  });

  test("so is asking on after leaving in the middle of the text", () => {
    const history = story()
      .received("c1", { prompt: "p" })
      .replied("c1", 200, { how: "client_left", textLength: 40 })
      .received("c2", { afterMs: 5, prompt: "p", body: "with the half" })
      .replied("c2", 200)
      .history();
    expect(history.logicalCalls[1]?.follows?.kind).toBe("continuation");
  });

  test.each([
    "cut",
    "client_left",
    "reset",
  ] as const)("asking without streaming after a stream ended by %s is a retry", (how) => {
    const asked = (whole: object) =>
      story()
        .received("c1", { prompt: "p", stream: true })
        .replied("c1", how === "reset" ? 0 : 200, { how, textLength: how === "reset" ? 0 : 40 })
        .received("c2", { afterMs: 5, prompt: "p", body: "unstreamed", stream: false, ...whole })
        .replied("c2", 200)
        .history();
    expect(callsOf(asked({}))).toEqual([["c1", "c2"]]);
    expect(linksOf(asked({}))).toMatchObject([{ by: "prompt", confidence: 0.9 }]);
    expect(callsOf(asked({ inputTokens: 30 })), "a helper call about the same prompt").toEqual([["c1"], ["c2"]]);
  });

  test("asking without streaming is no retry while the stream runs, after it delivered, or when others ask the same", () => {
    const beside = story().received("c1", { prompt: "p" }).received("c2", { prompt: "p", stream: false });
    expect(callsOf(beside.replied("c1", 503, { afterMs: 5 }).replied("c2", 200).history())).toEqual([["c1"], ["c2"]]);
    const after = story().received("c1", { prompt: "p" }).replied("c1", 200);
    expect(callsOf(after.received("c2", { prompt: "p", stream: false }).replied("c2", 200).history())).toHaveLength(2);
    const shared = story().received("c0", { prompt: "p" }).replied("c0", 200).received("c1", { prompt: "p" });
    shared.replied("c1", 503).received("c2", { prompt: "p", stream: false }).replied("c2", 200);
    expect(shared.history().ambiguousShare).toBe(1);
  });

  test("a changed body at the announced time is a doubtful retry", () => {
    const history = story()
      .received("c1", { prompt: "p" })
      .replied("c1", 429, { announced: 2_000 })
      .received("c2", { afterMs: 2_005, prompt: "p", body: "with a date" })
      .replied("c2", 200)
      .history();
    expect(linksOf(history)).toEqual([{ from: "c1", to: "c2", by: "timing", confidence: 0.7 }]);
    expect(history.ambiguousShare).toBe(1);
  });
});

test("50,000 identical refused calls fold in seconds", () => {
  const told = story();
  for (let i = 0; i < 50_000; i++)
    told.received(`c${i}`, { afterMs: 1, body: "b", prompt: "p" }).replied(`c${i}`, 429, { announced: 50_000 - i });
  const startedMs = performance.now();
  expect(told.history().attempts).toHaveLength(50_000);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
