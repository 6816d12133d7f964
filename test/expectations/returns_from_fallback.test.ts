import { describe, expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

interface Given {
  /** Milliseconds after the storm from which calls go to the first model again; undefined: never. */
  backAfterMs?: number;
  /** Every n-th call after the storm goes straight to the fallback, whatever else. */
  everyNthAway?: number;
  /** Every n-th call of quiet times goes to the small model: the app uses both. */
  mixed?: number;
  falls?: boolean;
  hit?: boolean;
  recoveryMs?: number;
  /** The first model refuses once more, long after the storm. */
  troubleAgain?: boolean;
  end?: "completed" | "interrupted";
  driven?: boolean;
}

/** A call every 250 ms: 5 s quiet, 5 s of storm with a breaker that opens at the first refusal, and a recovery. */
function played(given: Given) {
  const { falls = true, hit = true, recoveryMs = 10_000, end = "completed", driven = false } = given;
  const told = story({ expect: [{ name: "returns_from_fallback", params: { within: "3s" } }] });
  const backAt = 10_000 + (given.backAfterMs ?? Number.POSITIVE_INFINITY);
  let n = 0;
  for (let ms = 0; ms < 10_000 + recoveryMs; ms += 250) {
    if (ms === 0) told.at(ms).phase("baseline");
    if (ms === 5_000) told.at(ms).phase("storm", { fault: "rate_limit" });
    if (ms === 10_000) told.at(ms).phase("recovery");
    n += 1;
    const storm = ms >= 5_000 && ms < 10_000;
    const call = { prompt: `p${n}`, trace: `trace-f${n}` };
    told.at(ms + 10);
    if (driven) told.front(`f${n}`);
    const away = storm ? ms > 5_000 && falls : ms >= 10_000 && (ms < backAt || n % (given.everyNthAway ?? 1e9) === 0);
    const odd = given.mixed !== undefined && n % given.mixed === 0;
    if (ms === 5_000 && hit) {
      told.received(`c${n}`, { ...call, model: "big" }).replied(`c${n}`, 429, { afterMs: 5 });
      if (falls) told.received(`c${n}b`, { ...call, model: "small", afterMs: 5 }).replied(`c${n}b`, 200);
    } else if (given.troubleAgain === true && ms === 14_000) {
      told.received(`c${n}`, { ...call, model: "big" }).replied(`c${n}`, 429, { afterMs: 5, origin: "provider" });
      told.received(`c${n}b`, { ...call, model: "small", afterMs: 5 }).replied(`c${n}b`, 200);
    } else {
      told.received(`c${n}`, { ...call, model: away || odd ? "small" : "big" }).replied(`c${n}`, 200, { afterMs: 5 });
    }
    if (driven) told.frontEnded(`f${n}`, 200);
  }
  return told.at(10_000 + recoveryMs).ended(end);
}

describe("passes", () => {
  test("when calls go to the first model again in time, and stay there", () => {
    expect(judged(played({ backAfterMs: 2_000 }))).toMatchObject({
      verdict: "pass",
      summary: "back on big after 2.01 s (32 calls since)",
    });
    expect(judged(played({ backAfterMs: 2_000, driven: true })).verdict).toBe("pass");
  });

  test("when a later call tries the first model and falls back again: it tried", () => {
    expect(judged(played({ backAfterMs: 0, troubleAgain: true })).verdict).toBe("pass");
  });

  test("for an app that uses both models in quiet times, when the shares are as before", () => {
    expect(judged(played({ mixed: 3, backAfterMs: 1_000 })).verdict).toBe("pass");
  });
});

describe("fails", () => {
  test("when the app never comes back, and when it comes back too late", () => {
    const never = judged(played({}));
    expect(never).toMatchObject({ verdict: "fail", summary: expect.stringContaining("still went to the fallback") });
    expect(never.evidence[0]?.events.length).toBeGreaterThan(3);
    expect(judged(played({ backAfterMs: 6_000 })).verdict).toBe("fail");
  });

  test("when some of its workers stay away", () => {
    expect(judged(played({ backAfterMs: 0, everyNthAway: 4 })).verdict).toBe("fail");
  });

  test("for an app that uses both models, when the first one is no longer used", () => {
    expect(judged(played({ mixed: 3 })).verdict).toBe("fail");
  });
});

describe("is inconclusive", () => {
  test("without a fault that acted, and without a fallback", () => {
    expect(judged(played({ hit: false, falls: false, backAfterMs: 0 })).summary).toContain("no fault acted");
    expect(judged(played({ falls: false, backAfterMs: 0 })).summary).toContain("no fallback was seen");
  });

  test("when the first model was in trouble again, when nothing follows, and when the run was stopped", () => {
    expect(judged(played({ troubleAgain: true })).summary).toContain("in trouble again");
    expect(judged(played({ recoveryMs: 0 })).summary).toBe("no phase follows the faults");
    expect(judged(played({ recoveryMs: 2_000 })).summary).toContain("no answer of big was seen");
    expect(judged(played({ backAfterMs: 0, end: "interrupted" })).summary).toContain("stopped early");
  });
});

test("a fallback that is not called through the proxy is known by what the app's answers say", () => {
  const told = (backFrom: number) => {
    const one = story({ expect: [{ name: "returns_from_fallback", params: { within: "3s" } }] });
    for (let n = 0; n < 30; n++) {
      if (n === 0) one.at(0).phase("baseline");
      if (n === 10) one.at(n * 1_000).phase("storm", { fault: "rate_limit" });
      if (n === 20) one.at(n * 1_000).phase("recovery");
      one.at(n * 1_000 + 10).front(`f${n}`);
      const away = n > 10 && n < backFrom;
      if (!away) one.received(`c${n}`, { trace: `trace-f${n}` }).replied(`c${n}`, n === 10 ? 429 : 200, { afterMs: 5 });
      one.frontEnded(`f${n}`, 200, { matched: { fallback: n === 10 || away } });
    }
    return one.at(30_000).ended();
  };
  expect(judged(told(22)).verdict).toBe("pass");
  expect(judged(told(30)).verdict).toBe("fail");
});
