import { describe, expect, it } from "vitest";
import { ExitCode } from "../../src/core/errors.ts";
import { foldHistory } from "../../src/history/index.ts";
import { buildReport, exitCodeOf } from "../../src/report/index.ts";
import { story } from "../support/events.ts";
import {
  broken,
  countedCall,
  failed,
  held,
  historyOf,
  rampStory,
  reportOf,
  served,
  shed,
  stormStory,
} from "../support/report.ts";

describe("the report's verdict", () => {
  it("is the worst of the expectations", () => {
    const told = stormStory().ended();
    const open = held({ verdict: "inconclusive" });
    expect(reportOf(told, { expectations: [held()] }).verdict).toBe("pass");
    expect(reportOf(told, { expectations: [held(), open] }).verdict).toBe("inconclusive");
    expect(reportOf(told, { expectations: [open, broken(), held()] }).verdict).toBe("fail");
  });

  it("does not call a proxy that played nothing stopped early when somebody ends it", () => {
    const ended = (mode: "run" | "proxy", told = story({ driven: false })) => {
      const events = told.received("c1").replied("c1", 200).ended("interrupted").events;
      return buildReport(
        foldHistory(events.map((event) => (event.type === "run_started" ? { ...event, mode } : event))),
        [],
      ).stopped;
    };
    expect(ended("proxy")).toBeNull();
    expect(ended("run")).toBe("interrupted");
    expect(ended("proxy", story({ driven: false }).phase("storm"))).toBe("interrupted");
  });

  it("is never a pass when nothing was expected, the run was stopped, or no fault acted", () => {
    expect(reportOf(stormStory().ended(), { expectations: [] }).verdict).toBe("inconclusive");
    expect(reportOf(stormStory().ended("panic")).verdict).toBe("inconclusive");
    const idle = served(story().phase("storm", { fault: "rate_limit" }), "1").ended();
    expect(reportOf(idle).verdict).toBe("inconclusive");
    expect(reportOf(idle, { expectations: [broken()] }).verdict).toBe("fail");
  });

  it.each([
    ["completed", ExitCode.passed],
    ["app_ended", ExitCode.passed],
    ["interrupted", ExitCode.stopped],
    ["abort_when", ExitCode.stopped],
    ["broken", ExitCode.broken],
  ] as const)("of a run that ended by %s has exit code %i", (why, code) => {
    expect(exitCodeOf(reportOf(stormStory().ended(why)))).toBe(code);
  });

  it("of a stopped run is stopped, even when something had failed", () => {
    expect(exitCodeOf(reportOf(stormStory().ended("interrupted"), { expectations: [broken()] }))).toBe(
      ExitCode.stopped,
    );
    expect(exitCodeOf(reportOf(stormStory().ended(), { expectations: [broken()] }))).toBe(ExitCode.failed);
  });

  it("of a log without its end is stopped", () => {
    const report = reportOf(stormStory());
    expect(report.stopped).toContain("no end");
    expect(exitCodeOf(report)).toBe(ExitCode.stopped);
    expect(report.notConcluded.join()).toContain("The log has no end");
  });

  it("of an empty log says so instead of throwing", () => {
    const nothing = { ...story().history(), run: undefined, scenario: undefined, app: undefined };
    expect(buildReport(nothing, []).stopped).toBe("the log holds no run");
  });
});

describe("the report's counts", () => {
  it("leave out what came before the first phase", () => {
    const told = story();
    served(told, "warm-up", { ttftMs: 9_000, lastsMs: 9_500 });
    told.phase("baseline");
    served(told, "1", { ttftMs: 100 });
    const report = reportOf(told.ended());
    expect(report.calls).toMatchObject({ frontDoor: 1, logical: 1, attempts: 1 });
    expect(report.ttftMs).toMatchObject({ p95: 100, count: 1 });
    expect(report.series.reduce((sum, { served: count }) => sum + count, 0)).toBe(1);
    expect(Math.max(...report.series.map(({ ttftP95Ms }) => ttftP95Ms ?? 0))).toBe(100);
  });

  it("add up over outcomes, refusals, faults and the series", () => {
    const report = reportOf(stormStory().ended());
    expect(report.calls.outcomes).toEqual({ served: 10, shed: 2, failed: 1, cut: 0, hung: 0 });
    expect(report.amplification).toBeCloseTo(14 / 13);
    expect(report.refusals).toEqual([
      {
        origin: "scripted",
        provider: "openai",
        trouble: "rate_limit",
        status: 429,
        dimension: "tpm",
        count: 4,
        announcedMs: { min: 5_000, max: 5_000 },
        firstSeq: expect.any(Number),
      },
    ]);
    expect(report.faults).toEqual([expect.objectContaining({ rule: "storm/1", chosen: 4, hits: 4, lost: 0 })]);
    const total = (key: "served" | "shed" | "failed" | "refused") =>
      report.series.reduce((sum, point) => sum + point[key], 0);
    expect([total("served"), total("shed"), total("failed"), total("refused")]).toEqual([10, 2, 1, 4]);
  });

  it("say what is unknown by null", () => {
    const report = reportOf(story().phase("baseline").ended());
    expect(report).toMatchObject({ amplification: null, ttftMs: null, limits: [], cost: { usageSeenShare: null } });
    expect(report.load).toEqual({
      steps: [],
      startsAtWall: false,
      computedWall: null,
      tool: null,
      walls: [],
      comesBack: null,
      shedsAt: null,
      queuesAt: null,
      breaksAt: null,
      retriesAt: null,
      fallsBackAt: null,
    });
  });

  it("join long runs into at most 600 points", () => {
    const told = story().phase("long");
    for (let n = 0; n < 5; n++) served(told, `${n}`).after(3_600_000);
    const { series } = reportOf(told.ended());
    expect(series.length).toBeLessThanOrEqual(601);
    expect(series.reduce((sum, point) => sum + point.served, 0)).toBe(5);
  });
});

describe("the degradation path", () => {
  it("lists each way in the order of its first sight, and the way back", () => {
    const { path } = reportOf(stormStory().ended()).degradation;
    expect(path.map(({ what, count }) => [what, count])).toEqual([
      ["sheds", 2],
      ["waits and retries", 1],
      ["fails", 1],
      ["recovers", 6],
    ]);
    expect(path.every(({ concurrency }) => concurrency === null)).toBe(true);
  });

  it("does not call a few good calls at the end a recovery, nor an undisturbed run", () => {
    const told = failed(story().phase("storm", { fault: "rate_limit" }), "1");
    for (let n = 0; n < 4; n++) served(told, `${n}`);
    expect(reportOf(told.ended()).degradation.path.map(({ what }) => what)).not.toContain("recovers");
    const quiet = story().phase("baseline");
    for (let n = 0; n < 9; n++) served(quiet, `${n}`);
    expect(reportOf(quiet.ended()).degradation).toEqual({ path: [], firstSeenMs: null });
  });

  it("names the ramp's step", () => {
    expect(reportOf(rampStory().ended()).degradation.path[0]).toMatchObject({ what: "sheds", concurrency: 8 });
  });

  it("sees only retries and fallbacks without a front door", () => {
    const told = story({ driven: false }).phase("storm", { fault: "rate_limit" });
    told.received("c1").replied("c1", 429, { fault: "rate_limit" });
    told.received("c2", { retryOf: "c1", count: 1, afterMs: 50 }).replied("c2", 200, { afterMs: 50 });
    const report = reportOf(told.ended());
    expect(report.degradation.path.map(({ what }) => what)).toEqual(["waits and retries"]);
    expect(report.notConcluded.join()).toContain("The front door was not driven");
  });
});

describe("the limits", () => {
  const tpm = { limit: 30_000, used: 30_000 };
  const specs = [
    { label: "tier small", model: "small", per: "key+model" as const, limits: { tpm: 200_000 }, date: "2026-01-01" },
    {
      label: "tier big",
      model: "big",
      per: "key+model" as const,
      limits: { tpm: 30_000, rpm: 500 },
      date: "2026-09-24",
    },
  ];

  it("tell how full each dimension got, fullest first, and whose number it is", () => {
    const told = story({ driven: false }).phase("storm");
    countedCall(told, "c1", { rpm: { limit: 500, used: 100 }, tpm });
    countedCall(told, "c2", { tpm: { limit: 30_000, used: 30_100 } });
    const report = reportOf(told.ended(), { scenario: { limits: specs } });
    expect(report.limits).toEqual([
      expect.objectContaining({ dimension: "tpm", hit: true, label: "tier big", date: "2026-09-24" }),
      {
        dimension: "rpm",
        limit: 500,
        peakShare: 0.2,
        hit: false,
        firstHit: null,
        label: "tier big",
        source: null,
        date: "2026-09-24",
      },
    ]);
    expect(report.limits[0]?.peakShare).toBeGreaterThanOrEqual(1);
  });

  it("give the computed wall: limit × latency / (window × charge), of the calls that nothing disturbed", () => {
    const told = story().phase("baseline");
    for (let n = 0; n < 4; n++) served(told, `${n}`, { lastsMs: 2_000 });
    shed(told, "1");
    const limits = [{ label: "mine", per: "all" as const, limits: { tpm: 30_000, rpm: 500 } }];
    const wall = reportOf(told.ended(), { scenario: { limits } }).load.computedWall;
    // 30,000 tokens a minute are 500 a second; 2 s and 100 tokens in and 20 out per call.
    expect(wall?.concurrency).toBeCloseTo(500 / 60);
    expect(wall).toMatchObject({ dimension: "tpm", because: "30,000 tokens per minute, 2 s and 120 tokens per call" });
  });

  it("settle by usage where it was told, unless the scenario says that reservations stand", () => {
    const told = story().phase("baseline");
    served(told, "1", { lastsMs: 2_000 });
    told.event({ type: "usage_seen", call: "c-1", input_tokens: 30, output_tokens: 20 });
    const limits = [{ label: "mine", per: "all" as const, limits: { tpm: 30_000 } }];
    told.ended();
    expect(reportOf(told, { scenario: { limits } }).load.computedWall?.concurrency).toBeCloseTo(20);
    expect(reportOf(told, { scenario: { limits, settle: "reserve" } }).load.computedWall?.concurrency).toBeCloseTo(10);
  });

  it("compute a scaled day at its scaled speed, and leave out limits of models that were not called", () => {
    const told = story().phase("baseline");
    served(told, "1", { lastsMs: 2_000 }).ended();
    const day = [{ label: "mine", per: "all" as const, limits: { rpd: 1_440 } }];
    expect(reportOf(told, { scenario: { limits: day, clockScale: 1_440 } }).load.computedWall?.concurrency).toBeCloseTo(
      48,
    );
    const other = [{ label: "other", model: "other", per: "key" as const, limits: { tpm: 1 } }];
    expect(reportOf(told, { scenario: { limits: other } }).load.computedWall).toBeNull();
  });
});

describe("the ramp", () => {
  it("finds the interval in which shedding begins", () => {
    const { load } = reportOf(rampStory().ended());
    expect(load.shedsAt).toEqual({ concurrency: 8, after: 4 });
    expect(load.breaksAt).toBeNull();
    expect(
      load.steps.map(({ concurrency, repeats, served: good, shed: away }) => [concurrency, repeats, good, away]),
    ).toEqual([
      [2, 2, 16, 0],
      [4, 2, 16, 0],
      [8, 2, 8, 8],
    ]);
  });

  it("concludes nothing from steps that are not trustworthy, and says so", () => {
    const report = reportOf(rampStory({ doubtfulFrom: 8 }).ended());
    expect(report.load.shedsAt).toBeNull();
    expect(report.notConcluded.join()).toContain("From 8 callers at once on");
    expect(report.notConcluded.join()).toContain("80 % busy");
  });

  it("does not take a step without calls for a good one", () => {
    const told = story().phase("ramp");
    for (const concurrency of [1, 2]) {
      told.event({ type: "load_step_started", concurrency, repeat: 1 });
      for (let n = 0; n < (concurrency === 1 ? 0 : 4); n++) {
        told.front(`f${n}`, { step: concurrency, repeat: 1 }).after(5);
        told.frontEnded(`f${n}`, 503, { matched: { shed: true } });
      }
      told.event({ type: "load_step_ended", concurrency, repeat: 1, trustworthy: true });
    }
    expect(reportOf(told.ended()).load.shedsAt).toEqual({ concurrency: 2, after: null });
  });
});

describe("a fault in words", () => {
  it("reads as YAML on one line", () => {
    const told = story().phase("storm", { fault: "rate_limit" }).ended();
    const history = historyOf(told);
    const rule = {
      id: "storm/1",
      fault: "rate_limit",
      params: { dimension: "tpm", hints: ["header", "body"], retry_after: { uniform: ["1s", "3s"] }, lie: null },
      where: { model: "big", header: { "x-a": "1" } },
      chance: 0.5,
      atMost: 3,
    };
    const scenario = { ...history.scenario, phases: [{ name: "storm", lastsMs: 1, faults: [rule] }] };
    const [fault] = buildReport({ ...history, scenario } as typeof history, []).faults;
    expect(fault?.explained).toBe(
      "rate_limit { dimension: tpm, hints: [header, body], retry_after: { uniform: [1s, 3s] }, lie: null }, where model big and header { x-a: 1 }, chance 50 %, at most 3 times",
    );
    expect(fault?.hits).toBe(0);
  });
});
