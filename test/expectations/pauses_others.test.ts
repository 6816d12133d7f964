import { describe, expect, test } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
import { judge } from "../../src/expectations/index.ts";
import { type ReceivedOptions, type StoryOptions, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object = {}, options: StoryOptions = {}) =>
  story({ expect: [{ name: "pauses_others", params }], ...options }).phase("storm");

interface Wishes {
  params?: object;
  next?: ReceivedOptions;
  options?: StoryOptions;
  /** Limits that a controller sets before the refusal. */
  set?: readonly LimitSpec[];
}

/** A refusal that asks for 5 s, its retry in time, and new calls these milliseconds after the refusal. */
function newCalls(timesMs: readonly number[], { params = {}, next = {}, options = {}, set }: Wishes = {}) {
  const begun = told(params, options).after(1_000);
  if (set !== undefined) begun.event({ type: "limits_changed", limits: [], rows: set });
  const on = begun.received("c1").replied("c1", 429, { announced: 5_000, origin: "counted" });
  const refusedMs = on.nowMs;
  const retry = { ms: 5_001, id: "c2", how: { retryOf: "c1", count: 1 } };
  const all = [...timesMs.map((ms, i) => ({ ms, id: `n${i}`, how: next })), retry].sort((a, b) => a.ms - b.ms);
  for (const { ms, id, how } of all)
    on.at(refusedMs + ms)
      .received(id, how)
      .replied(id, 200);
  return on;
}

describe("passes", () => {
  test("when new calls wait too, also those at the border", () => {
    expect(judged(newCalls([4_950, 5_000, 5_004, 7_000]))).toMatchObject({
      verdict: "pass",
      summary: "4 of 4 new calls waited (1 announced wait)",
    });
  });

  test("on calls that were on their way when the refusal came", () => {
    expect(judged(newCalls([3, 40, 99, 5_100])).verdict).toBe("pass");
  });

  test("when another key, another model or a fallback goes on", () => {
    expect(judged(newCalls([500, 1_000], { next: { key: "other" } })).verdict).toBe("inconclusive");
    expect(judged(newCalls([500, 1_000], { next: { model: "small" } })).verdict).toBe("inconclusive");
    const fallback = newCalls([5_100]);
    fallback.at(2_000).received("fb", { prompt: "prompt of c1", model: "small" }).replied("fb", 200);
    expect(judged(fallback).verdict).toBe("pass");
  });

  test("when callers came to the front door and nothing was sent for them", () => {
    const on = told().received("c1").replied("c1", 429, { announced: 5_000 }).after(1_000).front("f1");
    expect(
      judged(
        on
          .frontEnded("f1", 503, { matched: { shed: true } })
          .after(10_000)
          .ended(),
      ),
    ).toMatchObject({
      verdict: "pass",
      summary: "no new call came in 1 announced wait, though 1 caller came to the front door",
    });
  });
});

describe("fails", () => {
  test("when a new call comes meanwhile, and names the refusal and the call", () => {
    const told = newCalls([1_000, 5_100]);
    const bad = judged(told);
    expect(bad).toMatchObject({
      verdict: "fail",
      summary: "1 of 2 new calls waited (1 announced wait)",
      evidence: [{ got: "a new call 1 s after the refusal", wanted: "≥ 5 s" }],
    });
    const types = bad.evidence[0]?.events.map((seq) => told.events[seq - 1]?.type);
    expect(types).toEqual(["call_refused", "call_received"]);
    expect(judged(newCalls([1_000, 5_100], { params: { at_least: "50%" } })).verdict).toBe("pass");
  });

  test("nearly good: waits a tenth too little, beyond the tolerance and not at it", () => {
    expect(judged(newCalls([4_500])).verdict).toBe("fail");
    expect(judged(newCalls([4_949])).verdict).toBe("fail");
    expect(judged(newCalls([4_500], { params: { tolerance: "500ms" } })).verdict).toBe("pass");
    expect(judged(newCalls([101])).verdict).toBe("fail");
  });

  test("as wide as the counted limit: a limit of the whole key concerns its other models", () => {
    const limits = (per: LimitSpec["per"]): LimitSpec[] => [{ label: "tpm", per, limits: { tpm: 0 } }];
    const other = { next: { model: "small" } };
    expect(judged(newCalls([1_000], { ...other, options: { limits: limits("key") } })).verdict).toBe("fail");
    expect(judged(newCalls([1_000], { next: { key: "k2" }, options: { limits: limits("all") } })).verdict).toBe("fail");
    expect(judged(newCalls([1_000], { ...other, options: { limits: limits("key+model") } })).verdict).not.toBe("fail");
  });

  test("as wide as the limit that held then, which a controller may have set", () => {
    const limits = (per: LimitSpec["per"]): LimitSpec[] => [{ label: "tpm", per, limits: { tpm: 0 } }];
    const verdict = (before: LimitSpec["per"], then: LimitSpec["per"]) =>
      judged(newCalls([1_000], { next: { model: "small" }, options: { limits: limits(before) }, set: limits(then) }))
        .verdict;
    expect(verdict("key+model", "key")).toBe("fail");
    expect(verdict("key", "key+model")).not.toBe("fail");
  });

  test("when the new call belongs to the next phase", () => {
    const crossing = told().received("c1").replied("c1", 429, { announced: 5_000 }).phase("recovery");
    expect(judged(crossing.received("c2", { afterMs: 2_000 }).replied("c2", 200)).verdict).toBe("fail");
  });
});

describe("is inconclusive", () => {
  test("when no wait was announced, or one shorter than the grace", () => {
    expect(judged(told().received("c1").replied("c1", 429).received("c2")).verdict).toBe("inconclusive");
    expect(judged(told().received("c1").replied("c1", 429, { announced: 120 }).received("c2")).verdict).toBe(
      "inconclusive",
    );
  });

  test("when nobody else wanted to call", () => {
    expect(judged(newCalls([]))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("nobody wanted"),
    });
  });

  test("when our own loop was late where it decides, and not elsewhere", () => {
    expect(judged(newCalls([4_940]).delayed(40)).verdict).toBe("inconclusive");
    const middle = newCalls([2_500]);
    expect(judged(middle.delayed(40)).verdict).toBe("fail");
  });

  test("when equal prompts may be retries or new calls", () => {
    const shared = told().received("c0", { body: "b" }).replied("c0", 200).received("c1", { body: "b" });
    shared.replied("c1", 429, { announced: 5_000 }).received("c2", { body: "b", afterMs: 1_000 }).replied("c2", 200);
    expect(judged(shared).summary).toContain("Idempotency-Key");
  });
});

test("overlapping waits of one wall are one pause; those of two models are two", () => {
  const two = told();
  for (const call of ["a1", "a2", "a3"]) two.received(call, { afterMs: 500 }).replied(call, 429, { announced: 3_000 });
  two.received("b1", { model: "small" }).replied("b1", 429, { announced: 3_000 });
  const late = two.received("n1", { afterMs: 3_100 }).replied("n1", 200);
  expect(judged(late).summary).toContain("(2 announced waits)");
});

test("clock jitter of a few milliseconds changes nothing", () => {
  const jitter = Array.from({ length: 30 }, (_, i) => 5_000 + ((i * 7) % 11) - 5);
  expect(judged(newCalls(jitter)).summary).toContain("30 of 30");
});

test("a later and shorter wait does not end an earlier one; the evidence names the one that ran", () => {
  const both = told().received("a1").replied("a1", 429, { announced: 5_000 });
  both.received("a2", { afterMs: 1_000 }).replied("a2", 429, { announced: 500 });
  both.received("n1", { afterMs: 3_000 }).replied("n1", 200);
  const { evidence } = judged(both);
  expect(evidence.map(({ note }) => note)).toEqual([
    "a2 is a new call, made before the wait that a1 was told was over",
    "n1 is a new call, made before the wait that a1 was told was over",
  ]);
});

test("20,000 refusals and as many new calls are judged in seconds", () => {
  const storm = told();
  for (let i = 0; i < 20_000; i++) storm.received(`c${i}`, { afterMs: 1 }).replied(`c${i}`, 429, { announced: 2_000 });
  const history = storm.history();
  const startedMs = performance.now();
  expect(judge(history)[0]?.verdict).toBe("fail");
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});
