import { expect, test } from "vitest";
import { type Story, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object = {}, spec: object = {}) =>
  story({ expect: [{ name: "falls_back", params, ...spec }] }).phase("storm", { fault: "rate_limit" });

const refused = (params?: object, spec?: object) =>
  told(params, spec)
    .front("f1")
    .received("c1", { trace: "trace-f1", prompt: "p", model: "big" })
    .replied("c1", 429, { afterMs: 5 });

const toSmall = (before: Story, { status = 200, front = 200 } = {}) =>
  before
    .received("c2", { trace: "trace-f1", prompt: "p", model: "small", provider: "other", key: "k2", afterMs: 400 })
    .replied("c2", status, { afterMs: 3_000 })
    .frontEnded("f1", front)
    .ended();

test("passes when the answer came from another model, by its model's or its provider's name", () => {
  for (const params of [{}, { to: "small" }, { to: "sm*" }, { to: "other" }, { to: "other", within: "500ms" }])
    expect(judged(toSmall(refused(params))), JSON.stringify(params)).toMatchObject({ verdict: "pass" });
});

test("the time runs until the app turns elsewhere, not until the other model has spoken", () => {
  expect(judged(toSmall(refused({ within: "1s" }))).summary).toBe("first fallback after 400 ms (calls: fallback 1)");
  expect(judged(toSmall(refused({ within: "300ms" }))).verdict).toBe("fail");
});

test("fails for another place than the wanted one, for a fallback that failed too, and for none", () => {
  expect(judged(toSmall(refused({ to: "tiny" })))).toMatchObject({
    verdict: "fail",
    summary: "fell back to small (other), not to tiny",
  });
  expect(judged(toSmall(refused(), { status: 429, front: 500 })).verdict).toBe("fail");
  expect(judged(refused().frontEnded("f1", 500).ended()).verdict).toBe("fail");
});

test("an answer that says by its header that it fell back, and failed, is no fallback", () => {
  const failed = refused()
    .frontEnded("f1", 500, { matched: { fallback: true } })
    .ended();
  expect(judged(failed).verdict).toBe("fail");
});

test("an answer that says so proves a fallback, but not to which model", () => {
  const says = (params: object) =>
    refused(params)
      .frontEnded("f1", 200, { matched: { fallback: true } })
      .ended();
  expect(judged(says({})).verdict).toBe("pass");
  expect(judged(says({ to: "small" }))).toMatchObject({
    verdict: "inconclusive",
    summary: expect.stringContaining("not to be seen from which model"),
  });
});

test("is seen at the proxy without a driver, where it belongs to the call it stands in for", () => {
  const undriven = (spec?: object) =>
    told({ to: "small" }, spec)
      .received("c1", { prompt: "p", model: "big" })
      .replied("c1", 429, { afterMs: 5 })
      .received("c2", { prompt: "p", model: "small", afterMs: 5 })
      .replied("c2", 200)
      .ended();
  expect(judged(undriven()).verdict).toBe("pass");
  expect(judged(undriven({ where: { model: "big" } })).verdict).toBe("pass");
  const none = told().received("c1").replied("c1", 429).after(9_000).ended();
  expect(judged(none).verdict, "a fallback elsewhere would not be seen").toBe("inconclusive");
});

test("a fallback after the phase's end counts for the phase in which its call began", () => {
  const crossing = refused({}, { in: ["storm"] }).phase("recovery");
  expect(judged(toSmall(crossing)).verdict).toBe("pass");
});

test("refusing users instead is no fallback, however politely it is done", () => {
  expect(
    judged(
      refused()
        .frontEnded("f1", 503, { matched: { shed: true } })
        .ended(),
    ),
  ).toMatchObject({
    verdict: "fail",
    summary: "no fallback; 1 of 1 calls was shed instead",
  });
});

test("two callers with the same prompt on two models prove no fallback: inconclusive, with what to send", () => {
  const shared = story({ driven: false, expect: [{ name: "falls_back" }] }).phase("storm", { fault: "rate_limit" });
  shared.received("c0", { prompt: "p", model: "small" }).replied("c0", 200).received("c1", { prompt: "p" });
  shared
    .replied("c1", 429, { afterMs: 5 })
    .received("c2", { prompt: "p", model: "small", afterMs: 5 })
    .replied("c2", 200);
  expect(judged(shared.ended())).toMatchObject({
    verdict: "inconclusive",
    summary: expect.stringContaining("Idempotency-Key"),
  });
});
