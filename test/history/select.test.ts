import { expect, test } from "vitest";
import { selectHistory } from "../../src/history/index.ts";
import { story } from "../support/events.ts";

const history = story()
  .received("warm")
  .replied("warm", 200)
  .phase("storm", { fault: "rate_limit" })
  .received("c1", { model: "big-1", key: "abcd", inputTokens: 500 })
  .replied("c1", 429, { afterMs: 10 })
  .phase("recovery")
  .received("c2", { afterMs: 500, retryOf: "c1", count: 1 })
  .replied("c2", 200, { afterMs: 10 })
  .received("c3", { model: "small", stream: false })
  .replied("c3", 200, { afterMs: 10 })
  .history();

const calls = (options: Parameters<typeof selectHistory>[1]) =>
  selectHistory(history, options).logicalCalls.map(({ attempts }) => attempts.map(({ call }) => call));

test("all phases but startup are judged", () => {
  expect(calls({})).toEqual([["c1", "c2"], ["c3"]]);
  expect(calls({ in: ["startup"] })).toEqual([["warm"]]);
});

test("a call belongs to the phase in which it began, with the retry that crossed into the next", () => {
  expect(calls({ in: ["storm"] })).toEqual([["c1", "c2"]]);
  expect(calls({ in: ["recovery"] })).toEqual([["c3"]]);
  expect(selectHistory(history, { in: ["recovery"] }).attempts.map(({ call }) => call)).toEqual(["c2", "c3"]);
});

test("where narrows by what the log knows", () => {
  expect(calls({ where: { model: "big-*" } })).toEqual([["c1", "c2"]]);
  expect(calls({ where: { stream: false } })).toEqual([["c3"]]);
  expect(calls({ where: { key: "ab" } })).toEqual([["c1", "c2"]]);
  expect(calls({ where: { min_input_tokens: 400 } })).toEqual([["c1", "c2"]]);
  expect(calls({ where: { provider: "other" } })).toEqual([]);
  expect(calls({ where: { path: "/v1/chat/*", tools: false } })).toHaveLength(2);
});

test("doubtful links count where they were made", () => {
  const shared = story()
    .phase("baseline")
    .received("c1", { body: "b" })
    .replied("c1", 200)
    .received("c2", { body: "b" })
    .replied("c2", 500)
    .received("c3", { afterMs: 5, body: "b" })
    .phase("storm")
    .received("c4")
    .history();
  expect(selectHistory(shared, { in: ["baseline"] }).ambiguousShare).toBe(1);
  expect(selectHistory(shared, { in: ["storm"] }).ambiguousShare).toBe(0);
});
