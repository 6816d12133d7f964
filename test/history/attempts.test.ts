import { describe, expect, test } from "vitest";
import { type RepliedOptions, story } from "../support/events.ts";

const ended = (status: number, options: RepliedOptions = {}) => {
  const [attempt] = story().received("c1").replied("c1", status, options).history().attempts;
  return { delivered: attempt?.delivered, truncated: attempt?.truncated };
};

describe("what an attempt came to", () => {
  test("delivered: a clean 2xx with its finish, also when the client left right after it", () => {
    expect(ended(200)).toEqual({ delivered: true, truncated: false });
    expect(ended(200, { how: "client_left", finish: true })).toEqual({ delivered: true, truncated: false });
  });

  test("truncated: a 2xx without its finish, ended cleanly or by a cut", () => {
    expect(ended(200, { finish: false })).toEqual({ delivered: false, truncated: true });
    expect(ended(200, { how: "cut" })).toEqual({ delivered: false, truncated: true });
  });

  test("neither: a refusal, an error inside a 200, a cut after the finish, a client that left, a reset", () => {
    const neither = { delivered: false, truncated: false };
    expect(ended(429)).toEqual(neither);
    expect(ended(200, { errorInStream: true, finish: true })).toEqual(neither);
    expect(ended(200, { how: "cut", finish: true })).toEqual(neither);
    expect(ended(200, { how: "client_left" })).toEqual(neither);
    expect(ended(0, { how: "reset" })).toEqual(neither);
  });
});

test("faults keep the event of their choice and of their effect, or why they lost", () => {
  const fault = { call: "c1", rule: "storm/1", fault: "stall" };
  const told = story().received("c1");
  told.event({ type: "fault_chosen", ...fault, decision: "d" });
  told.event({ type: "fault_applied", ...fault, bytes: 1, events: 1, tokens: 1 });
  told.event({ type: "fault_chosen", call: "c1", rule: "storm/2", fault: "hang", decision: "d" });
  told.event({ type: "fault_lost", call: "c1", rule: "storm/2", fault: "hang", why: "storm/1 ended the call" });
  expect(told.history().attempts[0]?.faults).toEqual([
    { rule: "storm/1", fault: "stall", chosenSeq: 3, appliedSeq: 4, lostWhy: undefined },
    { rule: "storm/2", fault: "hang", chosenSeq: 5, appliedSeq: undefined, lostWhy: "storm/1 ended the call" },
  ]);
});

test("attempts stand in the order of their heads, though a large body made the first one's event late", () => {
  const told = story().after(10).received("c2").received("c1", { afterMs: 5, headAtMs: 2 });
  expect(told.history().attempts.map(({ call }) => call)).toEqual(["c1", "c2"]);
});

test("what is told of an attempt after its end counts as well, and what is told of an unknown one does not", () => {
  const told = story().received("c1").replied("c1", 200).received("c2").replied("c2", 200);
  told.event({ type: "client_left", call: "c2", bytes: 0 });
  told.event({ type: "client_left", call: "c9", bytes: 0 });
  told.received("c3").replied("c3", 200).received("c4").replied("c4", 200);
  told.event({ type: "client_left", call: "c3", bytes: 0 });
  expect(told.history().attempts.map(({ clientLeft }) => clientLeft)).toEqual([false, true, true, false]);
});

test("a request with the id of one that has ended is another one", () => {
  const told = story().received("c1").replied("c1", 200).received("c1", { afterMs: 5 }).replied("c1", 429);
  expect(told.history().attempts.map(({ ended }) => ended?.status)).toEqual([200, 429]);
});
