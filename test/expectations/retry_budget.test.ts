import { expect, test } from "vitest";
import { type Story, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object = {}) => story({ expect: [{ name: "retry_budget", params }] }).phase("storm");

/** Calls 100 ms apart from a given time on; the first few fail and are retried after the gap. */
function calls(
  on: Story,
  { from, count, retried, gapMs = 50 }: Record<"from" | "count" | "retried", number> & { gapMs?: number },
) {
  const steps = Array.from({ length: count }, (_, i) => ({ atMs: from + i * 100, id: `${from}-${i}`, again: false }));
  const again = steps.slice(0, retried).map(({ atMs, id }) => ({ atMs: atMs + gapMs, id, again: true }));
  for (const { atMs, id, again: isRetry } of [...steps, ...again].sort((a, b) => a.atMs - b.atMs)) {
    on.at(atMs);
    if (isRetry) on.received(`r${id}`, { retryOf: `c${id}`, count: 1 }).replied(`r${id}`, 200);
    else on.received(`c${id}`, { count: 0 }).replied(`c${id}`, again.some((retry) => retry.id === id) ? 500 : 200);
  }
  return on;
}

test("passes at the budget, fails above it and names the retries of the span", () => {
  expect(judged(calls(told(), { from: 0, count: 20, retried: 4 }))).toMatchObject({
    verdict: "pass",
    summary: "1 of 1 busy span of 10 s within the budget, at worst 20 % retries",
  });
  const bad = judged(calls(told(), { from: 0, count: 20, retried: 5 }));
  expect(bad).toMatchObject({ verdict: "fail", evidence: [{ got: "5 retries beside 20 first attempts" }] });
  expect(bad.evidence[0]?.events).toHaveLength(5);
});

test("retries just over a border, or after a wait without new calls, are held against the calls they belong to", () => {
  expect(judged(calls(told(), { from: 8_000, count: 19, retried: 3, gapMs: 2_000 })).verdict).toBe("pass");
  expect(judged(calls(told({ at_most: "12%" }), { from: 0, count: 99, retried: 10, gapMs: 45_000 })).verdict).toBe(
    "pass",
  );
  expect(judged(calls(told({ at_most: "12%" }), { from: 0, count: 99, retried: 13, gapMs: 45_000 })).verdict).toBe(
    "fail",
  );
});

test("a storm is not excused by the quiet before it, unless the user says so", () => {
  const both = (params: object) => {
    const story = calls(told(params), { from: 0, count: 50, retried: 0 });
    return judged(calls(story, { from: 20_000, count: 20, retried: 20 }));
  };
  expect(both({}).verdict).toBe("fail");
  expect(both({ at_least: "50%" }).verdict).toBe("pass");
});

test("is inconclusive when there are too few attempts for a share, without calls, and on doubtful links", () => {
  expect(judged(calls(told(), { from: 0, count: 5, retried: 2 })).verdict).toBe("inconclusive");
  expect(judged(told()).verdict).toBe("inconclusive");
  const shared = told();
  for (let i = 0; i < 10; i++)
    shared.received(`c${i}`, { body: "b", afterMs: 5 }).replied(`c${i}`, i % 2 === 0 ? 200 : 500);
  expect(judged(shared).summary).toContain("Idempotency-Key");
});

test("a few calls without any retry keep the budget; parallel twins are no retries", () => {
  const twins = told();
  for (let i = 0; i < 12; i++) twins.received(`c${i}`, { body: "b" });
  for (let i = 0; i < 12; i++) twins.replied(`c${i}`, i === 0 ? 500 : 200, { afterMs: 5 });
  expect(judged(twins)).toMatchObject({ verdict: "pass", summary: "none of 12 calls was retried" });
});
