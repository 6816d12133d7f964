import { describe, expect, test } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
import { heldBack, notNeededOrUnseen } from "../../src/expectations/shared/held-back.ts";
import { type Story, story } from "../support/events.ts";
import { against, every, shedding } from "./counted.ts";
import { judged } from "./judged.ts";

// One place decides whether a counted wall was not met because of the app, or because of the load.

const limits: LimitSpec[] = [{ label: "rpm", per: "key+model", limits: { rpm: 60 } }];
const held = (told: Story) => heldBack(told.history());
const told = () => story({ limits });

describe("the app held back", () => {
  test("when the calls that it shed would have met the wall", () => {
    expect(held(shedding(told(), { calls: 200, letIn: 10 }))?.summary).toContain("held back 180 of 200 calls");
  });

  test("when its queue kept callers waiting who would have met the wall", () => {
    expect(held(queueing({ callers: 12, takesMs: 1_200 }))?.summary).toMatch(/held back \d+ of \d+ calls/);
  });

  test("when its rate fell near the wall", () => {
    const slower = [...every(200, { from: 0, to: 11_500 }), ...every(1_000, { from: 11_500, to: 40_000 })];
    expect(held(against(told().phase("steady"), slower))?.summary).toContain("requests per second");
  });

  test("and rules about the wall are not needed, which is a pass", () => {
    expect(notNeededOrUnseen(shedding(told(), { calls: 200, letIn: 10 }).history(), "nothing seen")).toMatchObject({
      verdict: "pass",
      summary: expect.stringMatching(/^not needed: the wall was never met/),
    });
  });
});

describe("nothing shows that the app held back", () => {
  test("when the load would not have met the wall either way", () => {
    expect(held(shedding(told(), { calls: 50, letIn: 10 }))).toBeUndefined();
    expect(held(against(told().phase("steady"), every(1_500, { from: 0, to: 60_000 })))).toBeUndefined();
    expect(held(queueing({ callers: 3, takesMs: 4_000 }))).toBeUndefined();
  });

  test("when it let in more than flows back: the run was only too short to meet the wall", () => {
    expect(held(shedding(told(), { calls: 120, letIn: 3 }))).toBeUndefined();
  });

  test("when the wall was met after all, counted, scripted or by the provider", () => {
    for (const origin of ["counted", "scripted", "provider"] as const) {
      const met = shedding(told(), { calls: 200, letIn: 10 }).received("late").replied("late", 429, { origin });
      expect(held(met)).toBeUndefined();
    }
    const budget = shedding(told(), { calls: 200, letIn: 10 })
      .received("late")
      .replied("late", 403, { origin: "budget" });
    expect(held(budget)).toBeDefined();
  });

  test("when a scripted refusal met no call: what the app would have done is unknown", () => {
    const idle = told().phase("storm", { fault: "rate_limit" });
    expect(held(shedding(idle, { calls: 200, letIn: 10 }))).toBeUndefined();
  });

  test("when nothing is counted, or the app sheds everything and calls nobody", () => {
    expect(held(shedding(story(), { calls: 200, letIn: 10 }))).toBeUndefined();
    expect(held(shedding(told(), { calls: 0, letIn: 10 }))).toBeUndefined();
  });

  test("and rules about the wall stay unseen", () => {
    expect(notNeededOrUnseen(shedding(told(), { calls: 50, letIn: 10 }).history(), "nothing seen")).toMatchObject({
      verdict: "inconclusive",
      unseen: true,
      summary: "nothing seen",
    });
  });
});

test.each([
  ["retry_after_honoured", {}],
  ["backoff", {}],
  ["pauses_others", {}],
  ["no_herd", {}],
  ["slows_before_wall", {}],
  ["degrades_by", { any_of: ["fallback"], within: "5s" }],
])("%s holds when the app held back, and is not proven when the load was too small", (name, params) => {
  const expecting = () => story({ limits, expect: [{ name, params }] });
  expect(judged(shedding(expecting(), { calls: 200, letIn: 10 })).verdict).toBe("pass");
  expect(judged(shedding(expecting(), { calls: 50, letIn: 10 })).verdict).toBe("inconclusive");
});

/** An app that lets one call through at a time, before a wall of 60 per minute; a quiet phase first. */
function queueing({ callers, takesMs }: { callers: number; takesMs: number }): Story {
  const on = told().phase("quiet");
  const times = every(takesMs, { from: 6_000, to: 90_000 });
  for (let i = 0; i < 3; i++) {
    on.front(`q${i}`).received(`q${i}`, { trace: `trace-q${i}` });
    on.replied(`q${i}`, 200, { afterMs: 100, readings: [{ dimension: "rpm", limit: 60, used: 1 }] }).frontEnded(
      `q${i}`,
      200,
    );
    on.after(1_200);
  }
  on.phase("busy", { fault: "latency" });
  let used = 0;
  times.forEach((ms, i) => {
    const id = `b${i}`;
    const since = Math.max(5_000, ms - callers * takesMs);
    used = Math.max(0, used - takesMs / 1_000) + 1;
    on.at(ms)
      .front(id, { started_at_ms: since, due_at_ms: since })
      .received(id, { trace: `trace-${id}` });
    on.replied(id, 200, { afterMs: takesMs - 10, fault: "latency", readings: [{ dimension: "rpm", limit: 60, used }] });
    on.frontEnded(id, 200);
  });
  return on.ended();
}
