import { expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (atMost: number) =>
  story({ expect: [{ name: "retry_amplification", params: { at_most: atMost } }] }).phase("storm");

/** One call served at once, one after two failures: 2 attempts per call. */
const twoPerCall = (atMost: number) =>
  told(atMost)
    .received("c1")
    .replied("c1", 200)
    .received("c2")
    .replied("c2", 500)
    .received("c3", { afterMs: 10, retryOf: "c2", count: 1 })
    .replied("c3", 500)
    .received("c4", { afterMs: 10, retryOf: "c2", count: 2 })
    .replied("c4", 200);

test("passes at the bound, fails above it and names the attempts of the worst call", () => {
  expect(judged(twoPerCall(2))).toMatchObject({
    verdict: "pass",
    summary: expect.stringContaining("2.0 attempts per call (4 attempts, 2 calls"),
  });
  const bad = judged(twoPerCall(1.5));
  expect(bad).toMatchObject({ verdict: "fail", evidence: [{ got: "3 attempts" }] });
  expect(bad.evidence[0]?.events).toHaveLength(3);
});

test("an agent's five calls per request are amplification 1", () => {
  const agent = told(1).front("f1");
  for (let i = 1; i <= 5; i++)
    agent.received(`c${i}`, { afterMs: 5, trace: "trace-f1", prompt: "p" }).replied(`c${i}`, 200, { afterMs: 50 });
  expect(judged(agent.frontEnded("f1", 200))).toMatchObject({
    verdict: "pass",
    summary: expect.stringMatching(/^1\.0 attempts per call/),
  });
});

test("a fallback is a call of its own", () => {
  const fallback = told(1).received("c1", { prompt: "p" }).replied("c1", 429);
  fallback.received("c2", { afterMs: 5, prompt: "p", model: "small" }).replied("c2", 200);
  expect(judged(fallback).verdict).toBe("pass");
});

test("a client that gave up before the answer and asks again counts", () => {
  const abandoned = told(1)
    .received("c1", { body: "b" })
    .replied("c1", 0, { afterMs: 500, how: "client_left" })
    .received("c2", { afterMs: 1, body: "b" })
    .replied("c2", 200);
  expect(judged(abandoned).verdict).toBe("fail");
});

test("an SDK's retries in a queue's retries are all of one call, also when they cross into the next phase", () => {
  const nested = told(5);
  [0, 1, 2, 0, 1, 2].forEach((count, i) => {
    if (i === 4) nested.phase("recovery");
    nested.received(`c${i}`, { afterMs: 500, body: "b", count }).replied(`c${i}`, 429);
  });
  expect(judged(nested)).toMatchObject({ verdict: "fail", evidence: [{ got: "6 attempts" }] });
});

test("asking again without streaming counts; going on after a cut, and parallel twins do not", () => {
  const unstreamed = told(1).received("c1", { prompt: "p" }).replied("c1", 200, { how: "cut", textLength: 9 });
  unstreamed.received("c2", { afterMs: 5, prompt: "p", body: "whole", stream: false }).replied("c2", 200);
  expect(judged(unstreamed).verdict).toBe("fail");
  const goingOn = told(1).received("c1", { prompt: "p" }).replied("c1", 200, { how: "cut", textLength: 9 });
  goingOn.received("c2", { afterMs: 5, prompt: "p", body: "with the half" }).replied("c2", 200);
  goingOn.received("c3", { trace: "t", body: "twin" }).received("c4", { trace: "t", body: "twin" });
  for (let i = 5; i < 10; i++) goingOn.received(`c${i}`, { count: 0 }).replied(`c${i}`, 500);
  for (let i = 5; i < 10; i++) goingOn.received(`d${i}`, { retryOf: `c${i}`, count: 1 }).replied(`d${i}`, 200);
  expect(judged(goingOn.replied("c3", 500, { afterMs: 5 }).replied("c4", 200)).summary).toMatch(
    /^1\.56 .*\(14 attempts, 9 calls/,
  );
});

test("tokens of attempts that delivered nothing are counted", () => {
  const cut = told(2).received("c1").replied("c1", 200, { how: "cut", tokens: 100 });
  cut.received("c2", { afterMs: 5, retryOf: "c1", count: 1 }).replied("c2", 200, { tokens: 100 });
  expect(judged(cut).summary).toContain("tokens 2.0 times");
});

test("a refusal costs no tokens", () => {
  const refused = told(2).received("c1").replied("c1", 429, { tokens: 0 });
  refused.received("c2", { afterMs: 5, retryOf: "c1", count: 1 }).replied("c2", 200);
  expect(judged(refused).summary).toContain("tokens 1.0 times");
});

test("one doubtful link in five is bearable, two are not", () => {
  const links = (doubtful: number) => {
    const mixed = told(10).received("c0", { body: "b" }).replied("c0", 200);
    for (let i = 1; i <= 5; i++) {
      const count = i <= doubtful ? {} : { count: 1 };
      mixed.received(`a${i}`, { body: "b" }).replied(`a${i}`, 500);
      mixed.received(`b${i}`, { afterMs: 5, body: "b", ...count }).replied(`b${i}`, 200, { afterMs: 5 });
    }
    return judged(mixed);
  };
  expect(links(1).verdict).toBe("pass");
  expect(links(2)).toMatchObject({ verdict: "inconclusive", evidence: [{ got: "60 % sure, by body" }, {}] });
});

test("is inconclusive without calls, and on doubtful links", () => {
  expect(judged(told(1)).verdict).toBe("inconclusive");
  const shared = told(1)
    .received("c0", { body: "b" })
    .replied("c0", 200)
    .received("c1", { body: "b" })
    .replied("c1", 500);
  expect(judged(shared.received("c2", { afterMs: 5, body: "b" })).verdict).toBe("inconclusive");
});
