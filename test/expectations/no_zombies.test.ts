import { describe, expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object = {}) => story({ expect: [{ name: "no_zombies", params }] }).phase("storm");

/** A front-door call that ended so, and one attempt of it that went on for that long. */
const outlived = (
  ms: number,
  { status = 504, how = "complete" as "complete" | "deadline" | "given_up", params = {} } = {},
) => {
  const on = told(params).front("f1").received("c1", { trace: "trace-f1", afterMs: 5 });
  on.after(30_000).frontEnded("f1", status, { how });
  return on.replied("c1", 200, { afterMs: ms, tokens: 300 });
};

describe("passes", () => {
  test("when the client leaves its attempt before it repeats it, though we notice a moment later", () => {
    const left = told().received("c1").received("c2", { afterMs: 2_000, retryOf: "c1" });
    left.after(20).replied("c1", 0, { how: "client_left" }).replied("c2", 200, { afterMs: 100 });
    expect(judged(left)).toMatchObject({
      verdict: "pass",
      summary: expect.stringContaining("0 attempts that nobody waited for"),
    });
  });

  test("when the work stops in time after the front door is over", () => {
    expect(judged(outlived(900)).verdict).toBe("pass");
    expect(judged(outlived(4_000, { params: { within: "5s" } })).verdict).toBe("pass");
    expect(judged(outlived(4_000, { params: { at_most: 1 } })).verdict).toBe("pass");
  });

  test("on work that goes on after an answer: a title, a summary", () => {
    const title = outlived(9_000, { status: 200 });
    title.received("c2").replied("c2", 500).received("c3", { retryOf: "c2", count: 1 }).replied("c3", 200);
    expect(judged(title).verdict).toBe("pass");
  });

  test("without a front door, and says that it was not seen", () => {
    const undriven = told().received("c1").replied("c1", 500).received("c2", { retryOf: "c1", count: 1, afterMs: 5 });
    expect(judged(undriven.replied("c2", 200)).summary).toContain("who still waits at the front door was not seen");
  });
});

describe("when another model is asked the same while the first one is silent", () => {
  const overtaken = (disturbed: boolean) => {
    const on = told().front("f1").received("c1", { trace: "trace-f1", prompt: "p", model: "big" });
    on.received("c2", { trace: "trace-f1", prompt: "p", model: "small", afterMs: 500 }).replied("c2", 200);
    const fault = disturbed ? { fault: "stall" } : {};
    return on.frontEnded("f1", 200).replied("c1", 0, { how: "client_left", afterMs: 8_000, ...fault });
  };

  test("the first one must be called off", () => {
    expect(judged(overtaken(true))).toMatchObject({
      verdict: "fail",
      evidence: [{ note: expect.stringMatching(/^c1 ran .* longer than f1$/) }],
    });
  });

  test("an app that asks two models at once may mean it", () => {
    expect(judged(overtaken(false)).verdict).toBe("inconclusive");
  });
});

describe("fails", () => {
  test("when an attempt begins beside one of the same call that is still open, and names both", () => {
    const both = told().received("c1", { identity: "i" }).received("c2", { retryOf: "c1", afterMs: 2_000 });
    both.replied("c2", 200, { afterMs: 100 }).replied("c1", 200, { afterMs: 500, tokens: 80 });
    const bad = judged(both);
    expect(bad).toMatchObject({
      verdict: "fail",
      evidence: [{ note: "c1 was still open when c2 repeated it", got: "80 tokens for nobody" }],
    });
    expect(bad.evidence[0]?.events).toHaveLength(3);
  });

  test.each([
    ["an error was answered", 504, "complete"],
    ["the caller left at the deadline", 0, "deadline"],
  ] as const)("when the work goes on after %s", (_, status, how) => {
    expect(judged(outlived(4_000, { status, how }))).toMatchObject({
      verdict: "fail",
      summary: expect.stringMatching(/^1 attempt that nobody waited for, 300 tokens/),
      evidence: [{ note: "c1 ran 4 s longer than f1" }],
    });
  });

  test("when a retry begins after the front door is over", () => {
    const late = told().front("f1").received("c1", { trace: "trace-f1" }).replied("c1", 429, { announced: 5_000 });
    late.frontEnded("f1", 503).received("c2", { retryOf: "c1", count: 1, afterMs: 5_000 }).replied("c2", 200);
    expect(judged(late)).toMatchObject({ verdict: "fail", evidence: [{ note: "c2 began after f1 was over" }] });
  });

  test("when a fallback has answered and what it stands in for is asked again", () => {
    const hedged = told()
      .front("f1")
      .received("c1", { trace: "trace-f1", prompt: "p" })
      .replied("c1", 429, { afterMs: 5 });
    hedged
      .received("c2", { trace: "trace-f1", prompt: "p", model: "small", afterMs: 5 })
      .replied("c2", 200, { afterMs: 50 });
    hedged.frontEnded("f1", 200).received("c3", { retryOf: "c1", count: 1, afterMs: 5_000 }).replied("c3", 200);
    expect(judged(hedged)).toMatchObject({ verdict: "fail", evidence: [{ note: "c3 began after f1 was over" }] });
  });

  test("on an attempt that never ended", () => {
    const open = told().front("f1").received("c1", { trace: "trace-f1" }).after(1_000).frontEnded("f1", 500);
    expect(judged(open.after(60_000).ended()).evidence[0]?.note).toBe("c1 ran to the end of the log, longer than f1");
  });
});

describe("is inconclusive", () => {
  test("when no call was given up, retried or replaced", () => {
    const calm = told().front("f1").received("c1", { trace: "trace-f1" }).replied("c1", 200).frontEnded("f1", 200);
    expect(judged(calm).verdict).toBe("inconclusive");
  });

  test("when parallel twins may be new calls, and when it is our own end that came first", () => {
    const counted = told()
      .received("c1", { body: "b", count: 0 })
      .received("c2", { body: "b", count: 1, afterMs: 900 });
    counted.replied("c2", 200, { afterMs: 50 }).replied("c1", 200, { afterMs: 500 });
    expect(judged(counted)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("Idempotency-Key"),
    });
    expect(judged(outlived(4_000, { status: 0, how: "given_up" })).verdict).not.toBe("fail");
  });
});
