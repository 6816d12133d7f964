import { expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = () => story({ expect: [{ name: "no_hang", params: { within: "10s" } }] }).phase("storm");

test("passes when every call ends in time, however it ends", () => {
  const fine = told().front("f1").after(9_999).frontEnded("f1", 500).front("f2").after(10_000).frontEnded("f2", 200);
  expect(judged(fine)).toMatchObject({ verdict: "pass", summary: "all 2 calls ended, the longest after 10 s" });
});

test("fails for a call that ends late, one cut off at the deadline, and one without an end", () => {
  const late = told().front("f1").after(10_001).frontEnded("f1", 200);
  expect(judged(late)).toMatchObject({ verdict: "fail", evidence: [{ events: [3, 4], wanted: "≤ 10 s" }] });
  const deadline = told().front("f1").after(5_000).frontEnded("f1", 0, { how: "deadline" });
  expect(judged(deadline).verdict).toBe("fail");
  expect(judged(told().front("f1").after(40_000).ended()).verdict).toBe("fail");
});

test("is inconclusive when the front door was not seen", () => {
  expect(judged(told().received("c1").replied("c1", 200)).verdict).toBe("inconclusive");
});
