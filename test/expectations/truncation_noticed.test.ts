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

test("a call that began in another phase is that phase's, and its truncated answer with it", () => {
  const crossing = story({ expect: [{ name: "truncation_noticed", in: ["storm"] }] })
    .phase("baseline")
    .front("f1");
  crossing.received("c0", { trace: "trace-f1", body: "b" }).replied("c0", 500).phase("storm", { fault: "truncate" });
  crossing.received("c1", { retryOf: "c0" }).replied("c1", 200, { finish: false, tail: "once upon" });
  crossing.front("f2").received("c2", { trace: "trace-f2" }).replied("c2", 200).frontEnded("f2", 200);
  expect(judged(crossing.frontEnded("f1", 200, { text_tails: ["once upon"] })).summary).toBe(
    "no upstream answer was truncated",
  );
});

test("a fallback to an unstreamed answer makes it good; the same half after a failed repetition does not", () => {
  const again = () => truncated().received("c2", { retryOf: "c1", stream: false, body: "b", afterMs: 5 });
  expect(
    judged(
      again()
        .replied("c2", 200)
        .frontEnded("f1", 200, { text_tails: ["the end"] }),
    ).verdict,
  ).toBe("pass");
  const half = again()
    .replied("c2", 500)
    .frontEnded("f1", 200, { text_tails: ["once upon"] });
  expect(judged(half)).toMatchObject({ verdict: "fail", summary: expect.stringContaining("no incomplete_when") });
});

test("an app that passes halves on only where they are tool calls is found out", () => {
  const told = truncated().received("c2", { retryOf: "c1", afterMs: 5 }).replied("c2", 200);
  told
    .frontEnded("f1", 200, { text_tails: ["the end"] })
    .front("f2")
    .received("c3", { trace: "trace-f2", tools: true });
  told.replied("c3", 200, { finish: false, tail: "cityPar", tailOf: "tool_arguments" }).after(1);
  expect(judged(told.frontEnded("f2", 200, { text_tails: ["cityPar"] }))).toMatchObject({
    verdict: "fail",
    summary: expect.stringContaining("1 call of 2 passed"),
  });
});

test("without any mark that joins, it says which one the app should pass on", () => {
  const loose = told().front("f1").received("c1").replied("c1", 200, { finish: false, tail: "once upon" }).after(1);
  expect(judged(loose.frontEnded("f1", 200, { text_tails: ["the end"] })).summary).toContain(
    "pass on to the provider the traceparent header",
  );
});
