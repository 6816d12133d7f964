import { describe, expect, test } from "vitest";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

interface Weather {
  baselineMs?: number;
  stormMs?: number;
  recoveryMs?: number;
  /** Milliseconds after the storm at which calls are served again; undefined: never. */
  backAfterMs?: number;
  /** Served share of calls after that. */
  share?: number;
  hit?: boolean;
  driven?: boolean;
  end?: "completed" | "interrupted";
  params?: object;
}

/** One call every 100 ms, in three phases. */
function played(weather: Weather) {
  const { baselineMs = 10_000, stormMs = 5_000, recoveryMs = 20_000, share = 1, hit = true, driven = true } = weather;
  const params = { within: "8s", ...weather.params };
  const told = story({ expect: [{ name: "recovers", params }] });
  const stormAt = baselineMs;
  const calmAt = baselineMs + stormMs;
  const end = calmAt + recoveryMs;
  const backAt = weather.backAfterMs === undefined ? Number.POSITIVE_INFINITY : calmAt + weather.backAfterMs;
  let n = 0;
  const enter = (at: number, name: string, fault?: string) =>
    told.at(at).phase(name, fault === undefined ? {} : { fault });
  for (let ms = 0; ms < end; ms += 100) {
    if (ms === 0 && baselineMs > 0) enter(ms, "baseline");
    if (ms === stormAt) enter(ms, "storm", "rate_limit");
    if (ms === calmAt) enter(ms, "recovery");
    n += 1;
    const healthy = ms < stormAt || (ms >= backAt && (n % 5) / 5 < share);
    told.at(ms + 10);
    if (driven) told.front(`f${n}`);
    told.received(`c${n}`, { trace: `trace-f${n}` }).replied(`c${n}`, healthy || !hit ? 200 : 429);
    if (driven) told.frontEnded(`f${n}`, healthy ? 200 : 500);
  }
  return told.at(end).ended(weather.end ?? "completed");
}

describe("passes", () => {
  test("when it is back in time", () => {
    expect(judged(played({ backAfterMs: 3_000 }))).toMatchObject({
      verdict: "pass",
      summary: expect.stringMatching(/^back to 95 % after 2\.\d+ s \(10 whole answers per second before\)$/),
    });
  });

  test("at the proxy when nothing is driven", () => {
    expect(judged(played({ backAfterMs: 1_000, driven: false })).verdict).toBe("pass");
  });

  test("when it is back at once and the last phase is shorter than what must hold", () => {
    expect(judged(played({ backAfterMs: 0, recoveryMs: 2_000 })).verdict).toBe("pass");
  });
});

test("the time it may take is not taken from the time it must hold, nor the other way round", () => {
  const late = { recoveryMs: 6_000, params: { within: "4s" } };
  expect(judged(played({ ...late, backAfterMs: 3_500 })).verdict).toBe("pass");
  expect(judged(played({ ...late, backAfterMs: 4_500 })).verdict).toBe("fail");
  expect(judged(played({ ...late, backAfterMs: 0, share: 0.6 })).verdict).toBe("fail");
});

test.each([
  ["is inconclusive instead of failed where our own loop stood still", 0.6, "inconclusive"],
  ["still fails where more is missing than that can explain", 0.2, "fail"],
] as const)("%s", (_, share, verdict) => {
  const told = played({ recoveryMs: 4_000, backAfterMs: 0, share, params: { within: "2s" } });
  const from = told.events.findIndex(({ t_ms }) => t_ms >= 15_500);
  const { v, at, phase } = told.events[from] ?? expect.fail("no event after the storm");
  const delay = { v, at, phase, t_ms: 16_000, type: "self_delay", who: "proxy", late_ms: 700, busy: 0.9 } as const;
  expect(judged(told).verdict).toBe("fail");
  told.events.splice(from, 0, { ...delay, seq: 0 });
  const found = judged(told);
  expect(found.verdict).toBe(verdict);
  if (verdict === "inconclusive") expect(found.summary).toContain("our own loop stood still for 18 % of the time");
});

describe("fails", () => {
  test("when it is back too late", () => {
    const result = judged(played({ backAfterMs: 12_000 }));
    expect(result.verdict).toBe("fail");
    expect(result.summary).not.toContain("metastable");
    expect(result.evidence[0]?.events).toHaveLength(3);
  });

  test("as metastable when it never is, or when less comes back than asked for", () => {
    expect(judged(played({})).summary).toContain("metastable: not back");
    expect(judged(played({ backAfterMs: 0, share: 0.8 })).verdict).toBe("fail");
    expect(judged(played({ backAfterMs: 0, share: 0.8, params: { to: "75%" } })).verdict).toBe("pass");
  });

  test("as metastable when it takes ten times the trouble", () => {
    expect(judged(played({ stormMs: 500, backAfterMs: 12_000 })).summary).toContain("metastable: back");
  });
});

describe("is inconclusive", () => {
  test("when the run ended before the time was over", () => {
    expect(judged(played({ recoveryMs: 4_000 })).summary).toContain("when the run ended");
  });

  test("without a baseline, or with too small a one", () => {
    expect(judged(played({ baselineMs: 0, backAfterMs: 0 })).summary).toContain("no phase before");
    expect(judged(played({ baselineMs: 300, backAfterMs: 0 })).summary).toContain("only 3 successes");
  });

  test("without a phase after the faults", () => {
    expect(judged(played({ recoveryMs: 0 })).summary).toBe("no phase follows the faults");
  });

  test("when no fault acted", () => {
    expect(judged(played({ hit: false, backAfterMs: 0 })).summary).toContain("no fault acted");
  });

  test("when the run was stopped, or its log has no end", () => {
    expect(judged(played({ backAfterMs: 0, end: "interrupted" })).summary).toContain("stopped early");
    const killed = played({ backAfterMs: 0 });
    killed.events.pop();
    expect(judged(killed).summary).toContain("the run's end is not in the log");
  });
});
