import { expect, test } from "vitest";
import { expectations } from "../../src/expectations/index.ts";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object) => story({ expect: [{ name: "attempts_per_call", params }] }).phase("storm");

/** 100 calls, of which the first was tried so often. */
const hundred = (attempts: number, params: object) => {
  const many = told(params);
  for (let call = 0; call < 100; call++) {
    const tries = call === 0 ? attempts : 1;
    for (let i = 0; i < tries; i++)
      many
        .received(`c${call}-${i}`, { afterMs: 10, body: `b${call}`, count: i })
        .replied(`c${call}-${i}`, i === tries - 1 ? 200 : 500);
  }
  return judged(many);
};

test("passes at the bound, fails above it and names the attempts of the worst call", () => {
  expect(hundred(3, { max: 3 })).toMatchObject({
    verdict: "pass",
    summary: "at most 3 attempts per call, p99 1 (100 calls)",
  });
  const bad = hundred(4, { max: 3 });
  expect(bad).toMatchObject({ verdict: "fail", evidence: [{ got: "4 attempts", wanted: "max ≤ 3" }] });
  expect(bad.evidence[0]?.events).toHaveLength(4);
});

test("one call in a hundred may be worse than p99 allows, two may not", () => {
  expect(hundred(9, { p99: 1 }).verdict).toBe("pass");
  const two = told({ p99: 2 });
  for (const call of ["a", "b"])
    for (let i = 0; i < 3; i++) two.received(`${call}${i}`, { body: call, count: i }).replied(`${call}${i}`, 500);
  expect(judged(two)).toMatchObject({ verdict: "fail", evidence: [{ wanted: "p99 ≤ 2" }, {}] });
});

test("nested layers multiply: counts that start over belong to one call", () => {
  const nested = told({ max: 3 });
  [0, 1, 2, 0, 1, 2].forEach((count, i) => {
    nested.received(`c${i}`, { afterMs: 500, body: "b", count }).replied(`c${i}`, 429);
  });
  expect(judged(nested)).toMatchObject({ verdict: "fail", evidence: [{ got: "6 attempts" }] });
});

test("a fallback, a parallel twin and an agent's next step are calls of their own", () => {
  const honest = told({ max: 1 }).front("f1");
  honest.received("c1", { trace: "trace-f1", prompt: "p" }).replied("c1", 429);
  honest.received("c2", { trace: "trace-f1", prompt: "p", model: "small", afterMs: 5 }).replied("c2", 200);
  honest.received("c3", { body: "b" }).received("c4", { body: "b" }).replied("c3", 200).replied("c4", 200);
  honest.received("c5", { trace: "trace-f1", prompt: "p", body: "with a tool's result" }).replied("c5", 200);
  expect(judged(honest).verdict).toBe("pass");
});

test("retries that cross into the next phase count with their call", () => {
  const crossing = story({ expect: [{ name: "attempts_per_call", params: { max: 1 }, in: ["storm"] }] }).phase("storm");
  crossing.received("c1").replied("c1", 500).phase("recovery");
  crossing.received("c2", { afterMs: 10, retryOf: "c1", count: 1 }).replied("c2", 200);
  expect(judged(crossing).verdict).toBe("fail");
});

test("is inconclusive without calls and on doubtful links; wants a bound", () => {
  expect(judged(told({ max: 1 })).verdict).toBe("inconclusive");
  const shared = told({ max: 1 }).received("c0", { body: "b" }).replied("c0", 200);
  shared.received("c1", { body: "b" }).replied("c1", 500).received("c2", { afterMs: 5, body: "b" });
  expect(judged(shared).verdict).toBe("inconclusive");
  expect(expectations.get("attempts_per_call")?.params.safeParse({}).success).toBe(false);
});
