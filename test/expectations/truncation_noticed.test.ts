import { expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = () => story({ expect: [{ name: "truncation_noticed" }] }).phase("storm", { fault: "truncate" });
const truncated = () =>
  told()
    .front("f1")
    .received("c1", { trace: "trace-f1" })
    .replied("c1", 200, { finish: false, tail: "once upon", fault: "truncate" })
    .after(1);

test("fails when the truncated text went out as a whole answer, and names the three events", () => {
  const passedOn = truncated().frontEnded("f1", 200, { text_tails: ["once upon"] });
  const result = judged(passedOn);
  expect(result.verdict).toBe("fail");
  expect(result.evidence[0]?.events.map((seq) => passedOn.events[seq - 1]?.type)).toEqual([
    "reply_ended",
    "front_door_started",
    "front_door_ended",
  ]);
});

test("passes for an error, a retry that delivered, and a sign that it is not whole", () => {
  expect(judged(truncated().frontEnded("f1", 502)).verdict).toBe("pass");
  const retried = truncated().received("c2", { retryOf: "c1", afterMs: 5 }).replied("c2", 200);
  expect(judged(retried.frontEnded("f1", 200, { text_tails: ["the end"] })).verdict).toBe("pass");
  expect(judged(truncated().frontEnded("f1", 200, { matched: { incomplete: true } })).verdict).toBe("pass");
});

test("is inconclusive when the delivered text ends otherwise, when nothing was truncated, and without a front door", () => {
  expect(judged(truncated().frontEnded("f1", 200, { text_tails: ["the end"] })).verdict).toBe("inconclusive");
  expect(judged(told().front("f1").frontEnded("f1", 200)).summary).toBe("no upstream answer was truncated");
  expect(judged(told().received("c1").replied("c1", 200, { finish: false })).summary).toContain(
    "front door was not seen",
  );
});
