import { describe, expect, it } from "vitest";
import type { Scenario } from "../../src/core/scenario.ts";
import { compareRuns, renderers } from "../../src/report/index.ts";
import { type Story, story } from "../support/events.ts";
import { reportOf } from "../support/report.ts";

const load: Scenario["load"] = {
  kind: "ramp",
  from: 4,
  to: 16,
  factor: 2,
  holdMs: 1_000,
  settleMs: 0,
  repeats: 1,
  start: "full",
  search: "knee",
};

interface StepTold {
  concurrency: number;
  repeat?: number;
  shed?: number;
  failed?: number;
  doubt?: string;
}

/** One settled step of ten calls, of which some are shed or fail. */
function step(told: Story, { concurrency, repeat = 1, shed = 0, failed = 0, doubt }: StepTold): Story {
  told.event({ type: "load_step_started", concurrency, repeat });
  told.event({ type: "load_step_settled", concurrency, repeat });
  for (let n = 0; n < 10; n++) {
    const front = `f-${concurrency}-${repeat}-${n}`;
    told.front(front, { step: concurrency, repeat }).after(10);
    if (n < shed) told.frontEnded(front, 503, { matched: { shed: true } });
    else told.frontEnded(front, n < shed + failed ? 500 : 200);
  }
  const trust = doubt === undefined ? { trustworthy: true } : { trustworthy: false, why: doubt };
  return told.event({ type: "load_step_ended", concurrency, repeat, ...trust });
}

function searched(steps: readonly StepTold[]) {
  const told = story().after(1_000).phase("ramp");
  for (const one of steps) step(told, one);
  return reportOf(told.ended(), { scenario: { load } });
}

const CLIMB = [{ concurrency: 4 }, { concurrency: 8 }, { concurrency: 16, shed: 6 }];

describe("a ramp with a search", () => {
  it("has the narrowed interval, whatever the order in which steps were played", () => {
    const report = searched([
      ...CLIMB,
      { concurrency: 8, repeat: 2 },
      { concurrency: 12, shed: 4 },
      { concurrency: 10 },
    ]);
    expect(report.load.steps.map(({ concurrency }) => concurrency)).toEqual([4, 8, 10, 12, 16]);
    expect(report.load.shedsAt).toEqual({ concurrency: 12, after: 10 });
    expect(report.load.comesBack).toEqual({ concurrency: 8, after: 16, held: true });
    expect(renderers.get("runbook.md")?.(report)).toContain("measured: carries 8 at once after 16 again");
  });

  it("keeps the wider interval around a step that cannot be trusted", () => {
    const report = searched([...CLIMB, { concurrency: 8, repeat: 2 }, { concurrency: 12, shed: 4, doubt: "busy" }]);
    expect(report.load.shedsAt).toEqual({ concurrency: 16, after: 8 });
    expect(report.notConcluded.join("\n")).not.toContain("the ramp is not trustworthy");
  });

  it("calls an app metastable that no longer carries what it had carried, and does not blame the step for it", () => {
    const report = searched([
      ...CLIMB.slice(0, 2),
      { concurrency: 16, failed: 9 },
      { concurrency: 8, repeat: 2, failed: 9 },
    ]);
    expect(report.load.comesBack).toEqual({ concurrency: 8, after: 16, held: false });
    expect(report.load.breaksAt).toEqual({ concurrency: 16, after: 8 });
    expect(report.load.steps.find(({ concurrency }) => concurrency === 8)).toMatchObject({ served: 10, failed: 0 });
    expect(renderers.get("runbook.md")?.(report)).toContain("metastable, does not carry 8 at once after 16");
  });
});

it("that came back before and does not now is worse", () => {
  const before = searched(CLIMB);
  const recovered = { state: "recovered", tookMs: 3_000, because: "" } as const;
  const lost = { state: "metastable", tookMs: null, because: "" } as const;
  const { findings } = compareRuns([{ ...before, recovery: recovered }], [{ ...before, recovery: lost }]);
  expect(findings.find(({ what }) => what === "after the faults")).toMatchObject({ direction: "worse" });
});
