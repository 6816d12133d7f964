import { describe, expect, test } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
import { type Story, story } from "../support/events.ts";
import { against, every, shedding } from "./counted.ts";
import { judged } from "./judged.ts";

const limits: LimitSpec[] = [{ label: "rpm", per: "key+model", limits: { rpm: 60 } }];
const told = (params: object = {}, options = {}) =>
  story({ limits, expect: [{ name: "slows_before_wall", params }], ...options }).phase("steady");

/** 5 requests per second until a quarter of the wall remains, then as many as flow back in. */
const careful = [...every(200, { from: 0, to: 11_500 }), ...every(1_000, { from: 11_500, to: 40_000 })];
const naive = every(200, { from: 0, to: 40_000 });

/** The same with a caller at the front door for each call, and one that waits all the time. */
const driven = (on: Story, timesMs: readonly number[]) => {
  on.front("f-all", { trace_id: "", call_id: "" });
  timesMs.forEach((ms, i) => {
    on.front(`f${i}`, { trace_id: "", call_id: "", started_at_ms: ms, due_at_ms: ms });
    on.frontEnded(`f${i}`, 200, { at_ms: ms + 1 });
  });
  return against(on, timesMs).frontEnded("f-all", 200, { at_ms: 41_000 });
};

describe("passes", () => {
  test("when the rate falls as the wall comes near, though the wall was met later", () => {
    expect(judged(against(told(), careful))).toMatchObject({
      verdict: "pass",
      summary: expect.stringMatching(/5\S* requests per second while plenty remained, 1\S* under 25 % of it/),
    });
    const met = [...careful, ...every(20, { from: 40_000, to: 41_000 })];
    expect(judged(against(told(), met)).evidence[0]?.events).toHaveLength(6);
    expect(judged(driven(told(), careful)).verdict).toBe("pass");
  });

  test("when the app held calls back that would have met the wall", () => {
    const held = story({ limits, expect: [{ name: "slows_before_wall" }] });
    expect(judged(shedding(held, { calls: 200, letIn: 10 }))).toMatchObject({
      verdict: "pass",
      summary: expect.stringContaining("never met. the app held back 180 of 200 calls; at most 1.7 % of RPM in use"),
    });
  });

  test("whichever bucket another model has", () => {
    const both = against(against(told(), careful), every(2_000, { from: 40_000, to: 60_000 }), { model: "small" });
    expect(judged(both).verdict).toBe("pass");
  });
});

describe("fails", () => {
  test("when the rate stays until the refusal, and names requests of both times", () => {
    const bad = judged(against(told(), naive));
    expect(bad).toMatchObject({ verdict: "fail", evidence: [{ got: "5.07 per second", wanted: "≤ 4.05 per second" }] });
    expect(bad.evidence[0]?.events).toHaveLength(6);
    expect(judged(driven(told(), naive)).verdict).toBe("fail");
  });

  test("nearly good: only a little slower", () => {
    const little = [...every(200, { from: 0, to: 11_500 }), ...every(220, { from: 11_500, to: 20_000 })];
    expect(judged(against(told(), little)).verdict).toBe("fail");
  });
});

describe("is inconclusive", () => {
  test("when the load never came near the wall", () => {
    const lazy = against(told(), every(2_000, { from: 0, to: 40_000 }));
    expect(judged(lazy)).toMatchObject({
      verdict: "inconclusive",
      summary: "the load never came near the wall: at most 1.7 % of RPM in use",
    });
    expect(
      judged(shedding(story({ limits, expect: [{ name: "slows_before_wall" }] }), { calls: 50, letIn: 10 })).verdict,
    ).toBe("inconclusive");
  });

  test("when nothing is counted, and with if_unseen", () => {
    const uncounted = story({ expect: [{ name: "slows_before_wall", ifUnseen: "fail" }] }).received("c1");
    expect(judged(uncounted.phase("a").received("c2").replied("c2", 200)).verdict).toBe("fail");
  });

  test("when all came at once, and when the bucket was nearly used up from the beginning", () => {
    expect(judged(against(told(), every(5, { from: 0, to: 500 }))).summary).toContain("too little time");
    expect(judged(against(told(), every(500, { from: 0, to: 9_000 }), { used: 58 })).summary).toContain(
      "nearly used up",
    );
  });

  test("when the callers went away, driven or not", () => {
    const fewer = [...every(200, { from: 0, to: 11_500 }), ...every(4_000, { from: 11_500, to: 13_000 })];
    const gone = driven(told(), fewer.slice(0, -1));
    gone.front("f-late", { started_at_ms: 14_000 }).frontEnded("f-late", 200, { at_ms: 14_001 });
    expect(judged(gone).verdict).not.toBe("pass");
  });

  test("without a driver, when an idle time alone explains the difference", () => {
    const pause = [
      ...every(200, { from: 0, to: 4_000 }),
      ...every(200, { from: 14_000, to: 25_200 }),
      ...every(333, { from: 25_200, to: 32_000 }),
    ];
    expect(judged(against(told(), pause))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("the callers' doing"),
    });
  });

  test("when so few requests came near the wall that chance may have made them rare", () => {
    const twenty: LimitSpec[] = [{ label: "rpm", per: "key+model", limits: { rpm: 20 } }];
    const few = [...every(300, { from: 0, to: 5_100 }), 5_700, 6_700];
    expect(judged(against(told({}, { limits: twenty }), few, { limit: 20 }))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("which may be chance"),
    });
  });
});
