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

test("what began in an earlier phase and is still open counts in the selected one, and only there", () => {
  const inPhase = (name: string) => {
    const spec = { name: "max_in_flight", params: { at_most: 2 }, in: [name] };
    const carried = story({ expect: [spec] })
      .phase("baseline")
      .received("c1")
      .received("c2", { afterMs: 5 });
    carried.phase("storm").received("c3", { afterMs: 5 });
    for (const call of ["c1", "c2", "c3"]) carried.replied(call, 200, { afterMs: 50 });
    return judged(carried.phase("recovery").received("c4").replied("c4", 200));
  };
  expect(inPhase("baseline").verdict).toBe("pass");
  expect(inPhase("storm")).toMatchObject({ verdict: "fail", summary: expect.stringContaining("3 in flight") });
  expect(inPhase("storm").evidence[0]?.events).toHaveLength(3);
  expect(inPhase("recovery").summary).toBe("at most 1 in flight (1 attempt)");
});

test("parallel twins, a fallback beside its predecessor and every layer's retries count as they are open", () => {
  const twins = told(1).received("c1", { body: "b" }).received("c2", { body: "b", afterMs: 1 });
  expect(judged(twins.replied("c1", 200, { afterMs: 5 }).replied("c2", 200)).verdict).toBe("fail");
  const retried = told(1);
  [0, 1, 2, 0].forEach((count, i) => {
    retried.received(`c${i}`, { body: "b", count }).replied(`c${i}`, 429, { afterMs: 5 });
  });
  expect(judged(retried).verdict).toBe("pass");
  const beside = told(1).received("c1", { prompt: "p" }).received("c2", { prompt: "p", model: "small", afterMs: 1 });
  expect(judged(beside.replied("c1", 429, { afterMs: 5 }).replied("c2", 200)).verdict).toBe("fail");
});

test("nearly good: 21 where 20 are allowed", () => {
  const at = (many: number) => {
    const parallel = told(20);
    for (let i = 0; i < many; i++) parallel.received(`c${i}`, { afterMs: 1 });
    for (let i = 0; i < many; i++) parallel.replied(`c${i}`, 200, { afterMs: 1 });
    return judged(parallel).verdict;
  };
  expect([at(20), at(21)]).toEqual(["pass", "fail"]);
});

test("is inconclusive without calls", () => {
  expect(judged(told(1)).verdict).toBe("inconclusive");
});
