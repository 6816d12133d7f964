import { expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { type RepliedOptions, type Story, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object = {}) => story({ expect: [{ name: "backoff", params }] }).phase("storm");

/** One call that fails each time, with these waits before its retries; `counts` are the retry counts it sends. */
function failing(
  on: Story,
  id: string,
  waits: readonly number[],
  { counts, reply = {} }: { counts?: number[]; reply?: RepliedOptions } = {},
) {
  on.received(`${id}-0`, { body: id, count: 0 }).replied(`${id}-0`, 503, { afterMs: 20, ...reply });
  waits.forEach((ms, i) => {
    const attempt = `${id}-${i + 1}`;
    on.received(attempt, { afterMs: ms, body: id, count: counts?.[i] ?? i + 1 }).replied(attempt, 503, {
      afterMs: 20,
      ...reply,
    });
  });
}

/** That many calls, the waits drawn by a rule from the number of the wait and a seeded draw between 0 and 1. */
function drawn(calls: number, waits: number, wait: (n: number, draw: number) => number, params?: object) {
  const rng = createRng(7);
  const many = told(params);
  for (let call = 0; call < calls; call++)
    failing(
      many,
      `a${call}`,
      Array.from({ length: waits }, (_, n) => wait(n, rng.next())),
    );
  return judged(many);
}

const sdk = (n: number, draw: number) => Math.min(500 * 2 ** n, 8_000) * (1 - 0.25 * draw);

test("passes on doubling waits with a little jitter, as client libraries do", () => {
  expect(drawn(10, 2, sdk)).toMatchObject({ verdict: "pass", evidence: [] });
});

test("passes on full jitter, though single waits shrink", () => {
  expect(drawn(30, 4, (n, draw) => draw * 500 * 2 ** n).verdict).toBe("pass");
});

test("passes when waits stop growing at a cap", () => {
  expect(drawn(6, 9, sdk).verdict).toBe("pass");
});

test("fails on equal waits, and names the attempts", () => {
  const bad = drawn(6, 2, () => 1_000);
  expect(bad).toMatchObject({ verdict: "fail", summary: expect.stringContaining("waits grow 1.0 times") });
  expect(bad.evidence[0]).toMatchObject({ got: "1.0 times", wanted: "≥ 1.5 times" });
});

test("fails on retries at once, whose few milliseconds are chance", () => {
  expect(drawn(10, 3, (_, draw) => 1 + 15 * draw).summary).toContain("waits grow 1.0 times");
});

test("fails on growth without jitter; clock noise is none", () => {
  const noisy = (n: number, draw: number) => 2_000 * 2 ** n + 8 * draw;
  const bad = drawn(8, 2, noisy);
  expect(bad).toMatchObject({ verdict: "fail", summary: expect.stringContaining("waits grow 2.0 times") });
  expect(bad.evidence[0]?.wanted).toBe("≥ 10 %");
  expect(drawn(8, 2, noisy, { jitter: 0 }).verdict).toBe("pass");
});

test("nearly good: waits that grow by a quarter", () => {
  const slow = (n: number, draw: number) => 500 * 1.25 ** n * (1 - 0.1 * draw);
  expect(drawn(10, 3, slow).verdict).toBe("fail");
  expect(drawn(10, 3, slow, { grows: 1.2, jitter: "5%" }).verdict).toBe("pass");
});

test("a queue around a client library starts the waits over", () => {
  const nested = told();
  for (let call = 0; call < 6; call++) {
    const wait = 400 + call * 20;
    failing(nested, `a${call}`, [wait, 2 * wait, 1_000, wait, 2 * wait], { counts: [1, 2, 0, 1, 2] });
  }
  expect(judged(nested)).toMatchObject({ verdict: "pass", summary: expect.stringContaining("waits grow 2.0 times") });
});

test("an announced wait is none of its business", () => {
  const announced = told();
  failing(announced, "a", [1_000, 1_000], { reply: { announced: 1_000 } });
  expect(judged(announced)).toMatchObject({
    verdict: "inconclusive",
    summary: "every retried refusal had announced a wait",
  });
});

test("is inconclusive without retries, with too few, and where chance would decide", () => {
  expect(judged(told().received("c1").replied("c1", 503)).summary).toBe("no call was retried");
  expect(drawn(1, 2, sdk)).toMatchObject({ verdict: "inconclusive", summary: expect.stringContaining("only 1 pair") });
  const mixed = [2, 2, 1, 1, 1].map((factor) => [500, 500 * factor]);
  const few = told({ jitter: 0 });
  mixed.forEach((waits, i) => {
    failing(few, `a${i}`, waits);
  });
  expect(judged(few)).toMatchObject({ verdict: "inconclusive", summary: expect.stringContaining("may be chance") });
});

test("a wait that our own late loop may have made is void", () => {
  const late = told();
  failing(late, "a", [1_000]);
  expect(judged(late.delayed(400))).toMatchObject({
    verdict: "inconclusive",
    summary: expect.stringContaining("1 void"),
  });
});

test("a client that leaves at its own deadline waits from then on", () => {
  const leaving = told({ jitter: 0 });
  for (let i = 0; i < 6; i++)
    failing(leaving, `a${i}`, [500, 1_000], { reply: { how: "client_left", afterMs: 2_000 } });
  expect(judged(leaving).summary).toContain("waits grow 2.0 times");
});
