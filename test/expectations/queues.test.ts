import { expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

interface Given {
  params?: object;
  quiet?: boolean;
  /** Status with which the call that waited ends. */
  status?: number;
  waits?: boolean;
}

/** Two places in the app, a wall of 429 that two calls meet first, and one caller who waits for a place. */
function played({ params = {}, quiet = true, status = 200, waits = true }: Given = {}) {
  const told = story({ expect: [{ name: "queues", params }] });
  if (quiet) {
    told.phase("baseline");
    for (let i = 0; i < 5; i++) {
      told.front(`b${i}`).received(`b${i}`, { afterMs: 10, callId: `call-b${i}` });
      told.replied(`b${i}`, 200, { afterMs: 500 }).frontEnded(`b${i}`, 200);
    }
  }
  told.phase("storm", { fault: "rate_limit" });
  told.front("f0").received("c0", { callId: "call-f0" }).replied("c0", 429, { afterMs: 5 });
  told.frontEnded("f0", waits ? 429 : 500);
  told.front("f1").received("c1", { callId: "call-f1" }).front("f2").received("c2", { callId: "call-f2" });
  told.front("f3");
  if (!waits) told.received("c3", { callId: "call-f3" });
  told.replied("c1", 200, { afterMs: 2_000 }).frontEnded("f1", 200);
  if (waits) told.received("c3", { callId: "call-f3" });
  told.replied("c2", 200, { afterMs: 2_000 }).frontEnded("f2", 200);
  return told.replied("c3", status).frontEnded("f3", status).after(10_000).ended();
}

test("passes when a call waited its turn and was answered", () => {
  const result = judged(played());
  expect(result).toMatchObject({ verdict: "pass", summary: expect.stringMatching(/^first queue after 2 s/) });
  expect(judged(played({ params: { within: "3s" } })).verdict).toBe("pass");
});

test("fails when it begins too late, when the wait ended in an error, and when nobody waited", () => {
  expect(judged(played({ params: { within: "1s" } })).verdict).toBe("fail");
  expect(judged(played({ status: 500 })).verdict).toBe("fail");
  expect(judged(played({ waits: false })).verdict).toBe("fail");
});

test("is inconclusive without a quiet time: a wait cannot be told from slowness", () => {
  expect(judged(played({ quiet: false }))).toMatchObject({
    verdict: "inconclusive",
    summary: expect.stringContaining("needs a quiet phase"),
  });
});
