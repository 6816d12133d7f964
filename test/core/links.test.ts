import { expect, test } from "vitest";
import { adviceOnLinks } from "../../src/core/links.ts";
import { type Story, story } from "../support/events.ts";

/** A text that everybody sends, refused once and sent again. */
const doubtful = (told: Story, marks: (n: number) => object = () => ({})) =>
  told
    .received("c0", { body: "b", ...marks(0) })
    .replied("c0", 200)
    .received("c1", { body: "b", afterMs: 5, ...marks(1) })
    .replied("c1", 429)
    .received("c2", { body: "b", afterMs: 5, ...marks(2) })
    .replied("c2", 200);

const advice = (told: Story) => {
  const history = told.history();
  expect(history.ambiguousShare).toBe(1);
  return adviceOnLinks(history);
};

test("driven, and nothing of the driver's marks arrives: pass traceparent on, or put {{call_id}} into the body", () => {
  expect(advice(doubtful(story().front("f1").frontEnded("f1", 200)))).toMatch(/traceparent.*\{\{call_id\}\}/);
});

test("driven, and traceparent does come through: only an Idempotency-Key parts the calls of one user's call", () => {
  const told = story().front("f1").received("c1", { trace: "trace-f1", prompt: "p" });
  told.replied("c1", 429, { announced: 2_000 });
  told.received("c2", { afterMs: 2_005, trace: "trace-f1", prompt: "p" }).replied("c2", 200).frontEnded("f1", 200);
  expect(advice(told)).toMatch(/^let the app send an Idempotency-Key .*traceparent came through/);
});

test("driven by others: an Idempotency-Key, or one trace; but no trace where each request already has its own", () => {
  expect(advice(doubtful(story({ driven: false })))).toMatch(/Idempotency-Key.*one traceparent/);
  expect(advice(doubtful(story({ driven: false }), (n) => ({ trace: `t${n}` })))).toContain("joins nothing");
});
