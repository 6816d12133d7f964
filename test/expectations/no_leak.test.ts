import { expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = () => story({ expect: [{ name: "no_leak" }] }).phase("storm", { fault: "rate_limit" });
const refused = () =>
  told().front("f1").received("c1", { trace: "trace-f1" }).replied("c1", 429, { afterMs: 5, fault: "rate_limit" });

test("passes when an error was met and none of it was shown", () => {
  expect(judged(refused().frontEnded("f1", 500))).toMatchObject({
    verdict: "pass",
    summary: "nothing of that in 1 answer",
  });
});

test("fails for the provider's text and for a key or a canary, and names the answer", () => {
  const text = refused().frontEnded("f1", 500, { provider_text: true });
  expect(judged(text)).toMatchObject({
    verdict: "fail",
    evidence: [{ note: "f1 shows the provider's error text", events: [3, 9], got: "500, the provider's error text" }],
  });
  const key = told().front("f1").frontEnded("f1", 200, { secret_shown: true });
  expect(judged(key)).toMatchObject({ verdict: "fail", evidence: [{ note: "f1 shows a key or a canary" }] });
});

test("is inconclusive without an error that could leak, without a front door, and for answers that nobody looked through", () => {
  expect(judged(told().front("f1").frontEnded("f1", 200)).summary).toContain("no call met an error");
  expect(judged(told().received("c1").replied("c1", 429)).verdict).toBe("inconclusive");
  const old = refused().frontEnded("f1", 500);
  const last = old.events.at(-1);
  if (last?.type === "front_door_ended") delete last.secret_shown;
  expect(judged(old)).toMatchObject({
    verdict: "inconclusive",
    summary: expect.stringContaining("not looked through"),
  });
});
