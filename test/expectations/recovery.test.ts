import { describe, expect, test } from "vitest";
import { judge, recoveryOf } from "../../src/expectations/index.ts";
import type { Story } from "../support/events.ts";
import { story } from "../support/events.ts";

interface Course {
  stormMs?: number;
  recoveryMs?: number;
  /** After the storm; undefined: never. */
  backAfterMs?: number;
  driven?: boolean;
  /** Calls each 100 ms after the storm. */
  callsAfter?: number;
}

/** One call every 100 ms: 10 s of quiet, a storm, and what comes after. */
function played({ stormMs = 5_000, recoveryMs = 10_000, backAfterMs, driven = true, callsAfter = 1 }: Course): Story {
  const told = story({ driven, expect: [{ name: "recovers", params: { within: "5s" } }] });
  let n = 0;
  const calls = (lastsMs: number, each: number, healthy: (ms: number) => boolean) => {
    const from = told.nowMs;
    for (let ms = 0; ms < lastsMs; ms += 100) {
      for (let i = 0; i < each; i++) {
        n += 1;
        told.at(from + ms);
        if (driven) told.front(`f${n}`);
        told
          .received(`c${n}`, { trace: `trace-f${n}` })
          .replied(`c${n}`, healthy(ms) ? 200 : 429, { fault: "rate_limit" });
        if (driven) told.frontEnded(`f${n}`, healthy(ms) ? 200 : 500);
      }
    }
    told.at(from + lastsMs);
  };
  told.phase("baseline");
  calls(10_000, 1, () => true);
  told.phase("storm", { fault: "rate_limit" });
  calls(stormMs, 1, () => false);
  told.phase("recovery");
  calls(recoveryMs, callsAfter, (ms) => backAfterMs !== undefined && ms >= backAfterMs);
  return told;
}

const recovery = (course: Course) => recoveryOf(played(course).ended().history());

describe("recovery, whatever was expected", () => {
  test("is told with its time", () => {
    expect(recovery({ backAfterMs: 2_000 })).toMatchObject({
      state: "recovered",
      because: expect.stringMatching(/^back to 95 % after/),
    });
  });

  test("is metastable when it never came for as long as the trouble had lasted, at no more load", () => {
    expect(recovery({})).toMatchObject({
      state: "metastable",
      tookMs: null,
      because: expect.stringContaining("no more load"),
    });
    expect(recovery({ driven: false })).toMatchObject({ state: "metastable" });
  });

  test("is only not back yet when the watch was shorter than the trouble", () => {
    expect(recovery({ stormMs: 20_000 })).toMatchObject({ state: "not back" });
  });

  test("does not blame an app to which three times as many calls came", () => {
    const told = played({ driven: false, callsAfter: 3 }).ended().history();
    expect(recoveryOf(told)).toMatchObject({ state: "not back", because: expect.stringContaining("3 times the load") });
    expect(judge(told)[0]).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("3 times the load"),
    });
  });

  test("cannot be told without a baseline, without trouble, or of a run that was stopped", () => {
    expect(recoveryOf(story().phase("storm", { fault: "rate_limit" }).ended().history())).toBeNull();
    expect(recoveryOf(story().phase("baseline").ended().history())).toBeNull();
    expect(recoveryOf(played({}).ended("interrupted").history())).toBeNull();
  });
});
