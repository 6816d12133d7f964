import { expect, test } from "vitest";
import { story } from "../support/events.ts";
import { shedding } from "./counted.ts";
import { judged } from "./judged.ts";

const told = (anyOf: string[] = ["shed", "fallback"], options = {}) =>
  story({ ...options, expect: [{ name: "degrades_by", params: { any_of: anyOf, within: "5s" } }] }).phase("storm", {
    fault: "rate_limit",
  });

const refused = (anyOf?: string[], options = {}) =>
  told(anyOf, options)
    .front("f1")
    .received("c1", { trace: "trace-f1", prompt: "p" })
    .replied("c1", 429, { afterMs: 5 });

test("passes when a call is shed in time, and names the refusal and the shed call", () => {
  const shed = refused().frontEnded("f1", 503, { at_ms: 1_000, matched: { shed: true } });
  const result = judged(shed.after(10_000).ended());
  expect(result).toMatchObject({ verdict: "pass", summary: "first shed after 995 ms (calls: shed 1)" });
  expect(result.evidence[0]?.events.map((seq) => shed.events[seq - 1]?.type)).toEqual([
    "call_refused",
    "front_door_ended",
  ]);
});

test("passes by a fallback that delivered, also without a driver", () => {
  const seen = refused().received("c2", { trace: "trace-f1", prompt: "p", model: "small", afterMs: 5 });
  expect(judged(seen.replied("c2", 200).frontEnded("f1", 200)).verdict).toBe("pass");
  const undriven = told().received("c1", { prompt: "p" }).replied("c1", 429);
  undriven.received("c2", { prompt: "p", model: "small", afterMs: 5 }).replied("c2", 200);
  expect(judged(undriven).verdict).toBe("pass");
});

test("fails when it comes too late", () => {
  const late = refused()
    .after(6_000)
    .frontEnded("f1", 503, { matched: { shed: true } });
  expect(judged(late)).toMatchObject({ verdict: "fail", evidence: [{ got: "6 s", wanted: "≤ 5 s" }] });
});

test("fails when calls end badly instead, and by a way that does not count", () => {
  const failed = refused().frontEnded("f1", 500).after(10_000).ended();
  expect(judged(failed)).toMatchObject({ verdict: "fail", evidence: [{ got: "failed", wanted: "shed or fallback" }] });
  const onlyShed = refused(["queue"])
    .frontEnded("f1", 503, { matched: { shed: true } })
    .front("f2")
    .frontEnded("f2", 500);
  expect(judged(onlyShed.after(10_000).ended()).verdict).toBe("fail");
});

test("is not proven when everybody was served by waiting", () => {
  const waited = refused().received("c2", { retryOf: "c1", count: 1, afterMs: 2_000 }).replied("c2", 200);
  expect(judged(waited.frontEnded("f1", 200).after(10_000).ended())).toMatchObject({
    verdict: "inconclusive",
    summary: expect.stringContaining("not needed"),
  });
});

test("is not needed when a counted wall was never met, but only where the load would have met it", () => {
  const limits = [{ label: "rpm", per: "key+model", limits: { rpm: 60 } }] as const;
  const spec = { name: "degrades_by", params: { any_of: ["fallback"], within: "5s" } };
  expect(judged(shedding(story({ limits, expect: [spec] }), { calls: 200, letIn: 10 }))).toMatchObject({
    verdict: "pass",
    summary: expect.stringContaining("not needed: the wall was never met. the app held back 180 of 200 calls"),
  });
  expect(judged(shedding(story({ limits, expect: [spec] }), { calls: 50, letIn: 10 })).verdict).toBe("inconclusive");
  expect(judged(shedding(story({ expect: [spec] }), { calls: 200, letIn: 10 })).verdict).toBe("inconclusive");
});

test("a refusal by our own budget is not the wall", () => {
  const budget = told().front("f1").received("c1", { trace: "trace-f1" }).replied("c1", 403, { origin: "budget" });
  expect(judged(budget.frontEnded("f1", 500).after(10_000).ended()).summary).toBe(
    "no call was refused and no fault acted",
  );
});

test("what was shed before the first refusal does not count", () => {
  const early = told()
    .front("f0")
    .frontEnded("f0", 503, { matched: { shed: true } })
    .after(1_000);
  early.front("f1").received("c1", { trace: "trace-f1" }).replied("c1", 429, { afterMs: 5 }).frontEnded("f1", 500);
  expect(judged(early.after(10_000).ended()).verdict).toBe("fail");
});

test("is inconclusive without trouble, without a front door, when the log ends too soon, and when shedding is undeclared", () => {
  expect(judged(told().received("c1").replied("c1", 200)).summary).toBe("no call was refused and no fault acted");
  expect(judged(told().received("c1").replied("c1", 429)).verdict).toBe("inconclusive");
  expect(judged(refused().frontEnded("f1", 500)).summary).toContain("the log ends");
  const app = { declares: { shed: false, fallback: false, done: false, incomplete: false, error: false } };
  expect(judged(refused(["shed"], { app }).frontEnded("f1", 503).after(10_000).ended()).summary).toContain("shed_when");
});
