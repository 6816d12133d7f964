import { expect, test } from "vitest";
import type { StoryOptions } from "../support/events.ts";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const SHED = { matched: { shed: true } };
const undeclared = { declares: { shed: false, fallback: true, done: false, incomplete: false, error: false } };

const told = (params: object = {}, options: StoryOptions = {}) =>
  story({ ...options, expect: [{ name: "sheds", params }] }).phase("storm", { fault: "rate_limit" });

const refused = (params?: object, options?: StoryOptions) =>
  told(params, options)
    .front("f1")
    .received("c1", { trace: "trace-f1", prompt: "p" })
    .replied("c1", 429, { afterMs: 5 })
    .after(1_000);

test("passes when a call is shed after the wall refused it, at any time or in time", () => {
  expect(judged(refused().frontEnded("f1", 503, SHED))).toMatchObject({
    verdict: "pass",
    explained: "sheds",
    evidence: [{ got: "1 s", wanted: "seen" }],
  });
  expect(judged(refused({ within: "2s" }).frontEnded("f1", 503, SHED)).verdict).toBe("pass");
});

test("fails when it comes too late, when calls fail instead, and when the app falls back instead", () => {
  expect(judged(refused({ within: "500ms" }).frontEnded("f1", 503, SHED)).verdict).toBe("fail");
  expect(judged(refused().frontEnded("f1", 500).ended()).verdict).toBe("fail");
});

test("shed after two attempts, or in the provider's words, is failed and not shed", () => {
  const twice = refused().received("c2", { retryOf: "c1", count: 1 }).replied("c2", 429);
  expect(judged(twice.frontEnded("f1", 503, SHED).ended())).toMatchObject({
    verdict: "fail",
    evidence: [{ note: "f1 failed: shed_when matched, but only after 2 attempts" }],
  });
  expect(
    judged(
      refused()
        .frontEnded("f1", 429, { ...SHED, provider_text: true })
        .ended(),
    ).verdict,
  ).toBe("fail");
});

test("fails when one call is shed and the others, which meet the same wall, fail", () => {
  const one = refused().frontEnded("f1", 503, SHED);
  for (let i = 2; i <= 4; i++) {
    one.front(`f${i}`).received(`c${i}`, { trace: `trace-f${i}` });
    one.replied(`c${i}`, 429, { afterMs: 5 }).frontEnded(`f${i}`, 500);
  }
  expect(judged(one.ended())).toMatchObject({
    verdict: "fail",
    summary:
      "first shed after 1 s (calls: shed 1, ended badly 3): from then on more calls in trouble ended badly than took a way out",
  });
});

test("calls that fail beside the wall do not count against it", () => {
  const beside = refused().frontEnded("f1", 503, SHED);
  for (let i = 2; i <= 4; i++) beside.front(`f${i}`).frontEnded(`f${i}`, 400);
  expect(judged(beside.ended()).verdict).toBe("pass");
});

test("passes when the app refuses callers so early that nobody refuses it, where no fault had to act", () => {
  const early = (options: StoryOptions) =>
    story({ ...options, expect: [{ name: "sheds" }] })
      .phase("load")
      .front("f1")
      .frontEnded("f1", 503, SHED)
      .front("f2")
      .received("c2", { trace: "trace-f2" })
      .replied("c2", 200)
      .frontEnded("f2", 200);
  expect(judged(early({}))).toMatchObject({
    verdict: "pass",
    summary: "the app held back 1 of 2 calls before anybody refused one",
  });
  expect(judged(told().front("f1").frontEnded("f1", 503, SHED)).verdict, "a fault that met nobody").toBe(
    "inconclusive",
  );
});

test("is inconclusive when shedding is undeclared, when all were served, and without a driver", () => {
  expect(judged(refused({}, { app: undeclared }).frontEnded("f1", 503).ended()).summary).toContain("shed_when");
  const waited = refused().received("c2", { retryOf: "c1", count: 1 }).replied("c2", 200).frontEnded("f1", 200).ended();
  expect(judged(waited)).toMatchObject({ verdict: "inconclusive", summary: expect.stringContaining("not needed") });
  expect(judged(told().received("c1").replied("c1", 429).ended()).verdict).toBe("inconclusive");
});

test("without a mark that joins, a refusal in whose time calls were repeated proves nothing, and one without such a call does", () => {
  const loose = (again: boolean) => {
    const one = told().front("f1").received("c1", { body: "b" }).replied("c1", 429, { afterMs: 5 }).after(100);
    if (again) one.received("c2", { body: "b" }).replied("c2", 429, { afterMs: 5 });
    return one.frontEnded("f1", 503, SHED).after(1_000).ended();
  };
  expect(judged(loose(false)).verdict).toBe("pass");
  expect(judged(loose(true))).toMatchObject({
    verdict: "inconclusive",
    summary: expect.stringMatching(/only after retries. To make it certain, .*traceparent/),
  });
});
