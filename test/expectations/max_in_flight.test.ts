import { expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (atMost: number) =>
  story({ expect: [{ name: "max_in_flight", params: { at_most: atMost } }] }).phase("storm");

const three = (atMost: number) => {
  const parallel = told(atMost);
  for (const call of ["c1", "c2", "c3"]) parallel.received(call, { afterMs: 10 });
  for (const call of ["c1", "c2", "c3"]) parallel.replied(call, 200, { afterMs: 100 });
  return parallel;
};

test("passes at the bound, fails above it and names what was open at the peak", () => {
  expect(judged(three(3))).toMatchObject({ verdict: "pass", summary: "at most 3 in flight (3 attempts)" });
  const bad = judged(three(2));
  expect(bad).toMatchObject({ verdict: "fail", evidence: [{ got: "3 in flight", wanted: "≤ 2" }] });
  expect(bad.summary).toContain("more than 2 for 100 ms");
  expect(bad.evidence[0]?.events).toHaveLength(3);
});

test("one after the other is one in flight, though the next begins in the same millisecond", () => {
  const chain = told(1);
  for (let i = 1; i <= 5; i++) chain.received(`c${i}`).replied(`c${i}`, 200, { afterMs: 10 });
  expect(judged(chain).verdict).toBe("pass");
});

test("a call that never ended is in flight to the end", () => {
  const open = told(1).received("c1").received("c2", { afterMs: 60_000 }).replied("c2", 200);
  expect(judged(open).verdict).toBe("fail");
});

test("a client that left makes room, though we notice it a moment later", () => {
  const left = told(1)
    .received("c1")
    .received("c2", { afterMs: 500 })
    .after(20)
    .replied("c1", 0, { how: "client_left" });
  expect(judged(left.replied("c2", 200, { afterMs: 100 })).verdict).toBe("pass");
});

test("is inconclusive without calls", () => {
  expect(judged(told(1)).verdict).toBe("inconclusive");
});
