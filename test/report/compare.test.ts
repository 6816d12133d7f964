import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/core/comparison.ts";
import type { Report, ReportedStep } from "../../src/core/report.ts";
import { compareRuns, parseReport, renderers } from "../../src/report/index.ts";
import { broken, held, rampStory, reportOf, stormStory } from "../support/report.ts";

const storm = reportOf(stormStory().ended(), { expectations: [held()] });
const ramp = reportOf(rampStory().ended(), { expectations: [held()] });

const find = (findings: readonly Finding[], what: string) => findings.find((one) => one.what.startsWith(what));
const compared = (before: Report | Report[], after: Report | Report[], what: string) =>
  find(compareRuns([before].flat(), [after].flat()).findings, what);

function withOutcomes(served: number, failed: number): Report {
  const outcomes = { served, failed, shed: 0, cut: 0, hung: 0 };
  return { ...storm, calls: { ...storm.calls, frontDoor: served + failed, outcomes } };
}

describe("the same run", () => {
  it.each([
    ["a storm", storm],
    ["a ramp", ramp],
  ])("compared with itself (%s) has no clear change and the same plan", (_name, report) => {
    const { verdict, changedPlan, findings } = compareRuns([report], [report]);
    expect({ verdict, changedPlan }).toEqual({ verdict: "no clear change", changedPlan: [] });
    expect(new Set(findings.map(({ direction }) => direction))).toEqual(new Set(["no clear change"]));
  });

  it("can be compared when only its report.json is left", () => {
    const again = parseReport(renderers.get("report.json")?.(ramp) ?? "");
    expect(again).toEqual(JSON.parse(JSON.stringify(ramp)));
  });

  it("is refused in words when its report.json is none", () => {
    expect(parseReport("{")).toBe("not JSON");
    expect(parseReport('{"version":2}')).toMatch(/^not a report.json of version 1: version/);
  });
});

describe("expectations", () => {
  const of = (...verdicts: Report["verdict"][]) =>
    verdicts.map((verdict): Report => ({ ...storm, expectations: [held({ verdict })] }));

  it.each([
    ["held, then broken", of("pass"), of("fail"), "worse"],
    ["broken, then held", of("fail"), of("pass"), "better"],
    ["not judged, then broken", of("inconclusive"), of("fail"), "worse"],
    ["held, then not judged", of("pass"), of("inconclusive"), "cannot tell"],
    [
      "held in 2 of 3 repeats, before in all",
      of("pass", "pass", "pass"),
      of("pass", "fail", "pass"),
      "no clear change",
    ],
    ["broken in 2 of 3 repeats, before in none", of("pass", "pass", "pass"), of("fail", "fail", "pass"), "worse"],
  ] as const)("%s", (_name, before, after, direction) => {
    expect(compared([...before], [...after], "every front-door call ends")?.direction).toBe(direction);
  });

  it("that are new or gone are told and prove nothing, but a new broken one is worse", () => {
    const [without, one, failing] = [[], [held()], [broken()]].map(
      (expectations): Report => ({ ...storm, expectations }),
    );
    if (without === undefined || one === undefined || failing === undefined) throw new Error("three reports");
    expect(compared(without, one, "every")).toMatchObject({ direction: "cannot tell", because: "not expected before" });
    expect(compared(one, without, "every")).toMatchObject({ direction: "cannot tell", because: "no longer expected" });
    expect(compareRuns([without], [failing]).verdict).toBe("worse");
  });
});

describe("shares of calls", () => {
  it.each([
    ["a large difference of many calls", [withOutcomes(990, 10)], [withOutcomes(900, 100)], "worse"],
    ["the other way round", [withOutcomes(900, 100)], [withOutcomes(990, 10)], "better"],
    ["a difference of few calls", [withOutcomes(9, 1)], [withOutcomes(7, 3)], "no clear change"],
    ["half a percent, however many calls", [withOutcomes(99_900, 100)], [withOutcomes(99_400, 600)], "no clear change"],
    [
      "repeats that overlap",
      [withOutcomes(990, 10), withOutcomes(850, 150)],
      [withOutcomes(900, 100), withOutcomes(800, 200)],
      "no clear change",
    ],
    [
      "repeats that do not",
      [withOutcomes(990, 10), withOutcomes(985, 15)],
      [withOutcomes(900, 100), withOutcomes(880, 120)],
      "worse",
    ],
  ] as const)("%s", (_name, before, after, direction) => {
    expect(compared([...before], [...after], "calls served")?.direction).toBe(direction);
  });
});

describe("attempts per call", () => {
  const calls = (logical: number, attempts: number): Report => ({
    ...storm,
    amplification: attempts / logical,
    calls: { ...storm.calls, logical, attempts },
  });

  it.each([
    ["three times as many", calls(200, 240), calls(200, 700), "worse"],
    ["a few more of a few", calls(10, 12), calls(10, 16), "no clear change"],
    ["less than a tenth", calls(10_000, 12_000), calls(10_000, 12_500), "no clear change"],
    ["fewer", calls(200, 700), calls(200, 210), "better"],
  ])("%s", (_name, before, after, direction) => {
    expect(compared(before, after, "attempts per provider call")?.direction).toBe(direction);
  });
});

describe("first token", () => {
  const seconds = (values: number[]): Report => ({
    ...storm,
    ttftMs: {
      p50: 100,
      p95: values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.9)] ?? 0,
      p99: 900,
      count: 400,
    },
    series: values.map((ttftP95Ms, n) => ({
      ...(storm.series[0] as Report["series"][number]),
      atMs: n * 1_000,
      ttftP95Ms,
    })),
  });
  const around = (middle: number, spread: number) =>
    Array.from({ length: 30 }, (_, n) => middle + ((n % 7) - 3) * spread);

  it.each([
    ["twice as long in all seconds", around(200, 5), around(400, 5), "worse"],
    [
      "twice as long in two seconds of thirty",
      around(200, 5),
      [...around(200, 5).slice(2), 400, 400],
      "no clear change",
    ],
    ["a quarter longer, with seconds that differ by far more", around(200, 60), around(250, 60), "no clear change"],
    ["5 % longer, however steady", around(200, 0.1), around(210, 0.1), "no clear change"],
  ])("%s", (_name, before, after, direction) => {
    expect(compared(seconds(before), seconds(after), "first token")?.direction).toBe(direction);
  });
});

describe("a ramp", () => {
  const breaking = (concurrency: number | null, after: number | null): Report => ({
    ...ramp,
    load: { ...ramp.load, breaksAt: concurrency === null ? null : { concurrency, after } },
  });

  it.each([
    ["breaks in a lower step", breaking(8, 4), breaking(4, 2), "worse"],
    ["breaks in a higher step", breaking(4, 2), breaking(8, 4), "better"],
    ["breaks no more", breaking(8, 4), breaking(null, null), "better"],
    ["breaks where it did not", breaking(null, null), breaking(4, 2), "worse"],
    ["breaks inside the interval that was known", breaking(8, 2), breaking(8, 4), "no clear change"],
  ])("%s", (_name, before, after, direction) => {
    expect(compared(before, after, "it breaks")?.direction).toBe(direction);
  });

  it("that sheds no more is another behaviour, not a better one", () => {
    const without: Report = { ...ramp, load: { ...ramp.load, shedsAt: null } };
    expect(compared(ramp, without, "shedding begins")).toMatchObject({
      direction: "changed",
      because: "no longer seen",
    });
  });

  it("names the steps at which clearly fewer calls are served", () => {
    const step = (served: number): Report => {
      const steps = ramp.load.steps.map(
        (one): ReportedStep => (one.concurrency === 4 ? { ...one, served, failed: 400 - served } : one),
      );
      return { ...ramp, load: { ...ramp.load, steps } };
    };
    expect(compared(step(390), step(200), "served at 4 at once")).toMatchObject({
      before: "98 %",
      after: "50 %",
      direction: "worse",
    });
    expect(compared(step(390), step(388), "served at 4 at once")).toBeUndefined();
  });
});

it("says what of the plan differs, and that a run stopped for what the app did", () => {
  const changed: Report = {
    ...storm,
    scenario: "another",
    seed: 8,
    upstream: { kind: "live", address: "https://api.example.com" },
    app: { ...storm.app, commit: "4be02d1" },
    limits: [
      {
        dimension: "rpm",
        limit: 500,
        peakShare: 0,
        hit: false,
        firstHit: null,
        label: "tier-1",
        source: null,
        date: null,
      },
    ],
    stopped: "abort_when: 60 % failed",
  };
  const { changedPlan, findings, verdict } = compareRuns([storm], [changed]);
  expect(changedPlan.map(({ what }) => what)).toEqual(["scenario", "upstream", "limits", "app commit", "seed"]);
  expect(find(findings, "how the run ended")?.direction).toBe("worse");
  expect(verdict).toBe("worse");
});
