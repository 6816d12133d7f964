import { describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
import { bitesFirst, headroom, limitsChanged, renderers } from "../../src/report/index.ts";
import { loadAdvice } from "../../src/report/sentences/advice.ts";
import { type Story, story } from "../support/events.ts";
import { countedCall, reportOf, served } from "../support/report.ts";

const limit = (limits: LimitSpec["limits"], more: Partial<LimitSpec> = {}): LimitSpec => ({
  label: "mine",
  per: "all",
  limits,
  ...more,
});

/** A front-door call of 2 s that asks these models in turn; each call takes 100 tokens in and 20 out. */
function mixed(told: Story, id: string, models: readonly string[], provider = "openai"): Story {
  told.front(`f-${id}`);
  for (const [index, model] of models.entries()) {
    const call = `c-${id}-${index}`;
    told
      .received(call, { trace: `trace-f-${id}`, model, provider })
      .replied(call, 200, { afterMs: 2_000 / models.length });
    told.event({ type: "usage_seen", call, input_tokens: 100, output_tokens: 20, cached_tokens: 50 });
  }
  return told.frontEnded(`f-${id}`, 200);
}

const wallsOf = (told: Story, limits: LimitSpec[], settle?: "usage" | "reserve") =>
  reportOf(told.ended(), { scenario: { limits, ...(settle !== undefined && { settle }) } }).load.walls.map(
    ({ dimension, concurrency }) => [dimension, Math.round(concurrency * 10) / 10],
  );

describe("the headroom in the run's own mix", () => {
  it("is computed for each dimension, the one that bites first in front", () => {
    const told = mixed(mixed(story().phase("baseline"), "1", ["big"]), "2", ["big"]);
    // 840 a second for each token, 2 s and 120 tokens per call: 14; 6,600 requests a minute: 220.
    expect(wallsOf(told, [limit({ rpm: 6_600, tpm: 50_400 })])).toEqual([
      ["tpm", 14],
      ["rpm", 220],
    ]);
  });

  it("charges a limit with those calls only that fall under it, an agent's calls together", () => {
    const agent = ["big", "small", "small", "small"];
    expect(wallsOf(mixed(story().phase("baseline"), "1", agent), [limit({ rpm: 600 }, { model: "small" })])).toEqual([
      ["rpm", 6.7],
    ]);
    expect(wallsOf(mixed(story().phase("baseline"), "1", agent), [limit({ rpm: 600 })])).toEqual([["rpm", 5]]);
    const perModel = limit({ rpm: 600 }, { per: "key+model" });
    expect(wallsOf(mixed(story().phase("baseline"), "1", agent), [perModel])).toEqual([["rpm", 6.7]]);
  });

  it("settles as the provider of the calls does, unless the scenario says how", () => {
    const of = (provider: string, settle?: "usage" | "reserve") =>
      wallsOf(mixed(story().phase("baseline"), "1", ["big"], provider), [limit({ tpm: 60_000 })], settle)[0]?.[1];
    // By usage 120 tokens; without the 50 from the cache 70; input alone 100; what was reserved 100.
    expect(of("openai")).toBe(16.7);
    expect(of("groq")).toBe(28.6);
    expect(of("gemini")).toBe(20);
    expect(of("azure")).toBe(20);
    expect(of("openai", "reserve")).toBe(20);
  });

  it("counts output that is counted as it comes by what came, also where reservations stand", () => {
    const told = mixed(story().phase("baseline"), "1", ["big"], "anthropic");
    expect(wallsOf(told, [limit({ otpm: 6_000 })], "reserve")).toEqual([["otpm", 10]]);
  });
});

describe("how token limits were settled", () => {
  const settled = (told: Story, limits: LimitSpec[], settle?: "usage" | "reserve") =>
    reportOf(told.ended(), { scenario: { limits, ...(settle !== undefined && { settle }) } });

  it("is named for each provider that met one, with who says so", () => {
    const told = story().phase("baseline");
    for (const provider of ["openai", "azure", "anthropic"]) mixed(told, provider, ["big"], provider);
    const report = settled(told, [limit({ tpm: 60_000 })]);
    expect(report.settlement).toEqual([
      { provider: "openai", settle: "usage", by: "assumed" },
      { provider: "azure", settle: "reserve", by: "documented" },
      { provider: "anthropic", settle: "usage", by: "documented" },
    ]);
    expect(report.notConcluded.filter((line) => line.includes("assumed"))).toEqual([
      "That openai gives back tokens that a call reserved and did not use was assumed, not measured.",
    ]);
  });

  it("is the scenario's where that says so, and nobody's where no tokens were counted", () => {
    const told = () => mixed(story().phase("baseline"), "1", ["big"]);
    expect(settled(told(), [limit({ tpm: 60_000 })], "reserve").settlement).toEqual([
      { provider: "openai", settle: "reserve", by: "scenario" },
    ]);
    expect(settled(told(), [limit({ rpm: 60 })]).settlement).toEqual([]);
    expect(settled(told(), [limit({ tpm: 60_000 }, { model: "other" })]).settlement).toEqual([]);
  });
});

describe("the use of each limit over time", () => {
  it("has one share for each point of the series, the fullest, and nothing where nobody asked", () => {
    const told = story({ driven: false }).after(1_000).phase("storm");
    countedCall(told, "c1", { rpm: { limit: 10, used: 1 }, tpm: { limit: 100, used: 50 } });
    countedCall(told, "c2", { rpm: { limit: 10, used: 2 }, tpm: { limit: 100, used: 60 } });
    countedCall(told.after(2_000), "c3", { tpm: { limit: 100, used: 130 } });
    const { utilisation, series } = reportOf(told.ended());
    expect(utilisation.map(({ shares }) => shares.length)).toEqual([series.length, series.length]);
    expect(utilisation).toEqual([
      { dimension: "rpm", shares: [null, 0.1, 0.2, null, null] },
      { dimension: "tpm", shares: [null, 0.5, 0.6, null, 1] },
    ]);
  });

  it("is not there for refusals that the scenario made", () => {
    const told = served(story().phase("storm"), "1").received("c9").replied("c9", 429, { fault: "rate_limit" });
    expect(reportOf(told.ended())).toMatchObject({ utilisation: [], settlement: [] });
  });
});

it("tells when and at which of the ramp's steps a limit was first met", () => {
  const told = story().phase("ramp");
  for (const concurrency of [2, 4, 8]) {
    told.event({ type: "load_step_started", concurrency, repeat: 1 });
    told.front(`f${concurrency}`, { step: concurrency, repeat: 1 }).received(`c${concurrency}`, {
      trace: `trace-f${concurrency}`,
    });
    const refusal = { origin: "counted" as const, trouble: "rate_limit", status: 429, synthetic: false };
    if (concurrency > 2)
      told.event({ type: "call_refused", call: `c${concurrency}`, ...refusal, dimension: "tpm", limit: 100, used: 90 });
    told.after(1_000).frontEnded(`f${concurrency}`, concurrency > 2 ? 503 : 200);
  }
  const first = told.events.find(({ type }) => type === "call_refused");
  expect(reportOf(told.ended()).limits[0]).toMatchObject({
    dimension: "tpm",
    hit: true,
    firstHit: { atMs: 1_000, concurrency: 4, seq: first?.seq },
  });
});

describe("limits that were changed in the middle of a run", () => {
  const scenario = {
    limits: [limit({ rpm: 10, tpm: 100 }, { label: "a tier", source: "its page", date: "2026-11-03" })],
  };
  const changed = (told: Story, limits: LimitSpec[]) =>
    told.after(1_000).event({ type: "limits_changed", limits: limits.map(({ label }) => ({ label })), rows: limits });

  function changedOnce() {
    const told = story({ driven: false }).phase("only");
    countedCall(told, "c1", { rpm: { limit: 10, used: 1 }, tpm: { limit: 100, used: 90 } });
    changed(told, [limit({ tpm: 1_000 }, { label: "ours" })]);
    countedCall(told, "c2", { tpm: { limit: 1_000, used: 500 } });
    return told;
  }

  it("are told with time, event and amounts", () => {
    const told = changedOnce();
    const seq = told.events.find(({ type }) => type === "limits_changed")?.seq;
    const report = reportOf(told.ended(), { scenario });
    expect(report.limitChanges).toEqual([
      {
        atMs: 1_500,
        seq,
        amounts: [
          { dimension: "rpm", label: "a tier", before: 10, after: null },
          { dimension: "tpm", label: "a tier", before: 100, after: null },
          { dimension: "tpm", label: "ours", before: null, after: 1_000 },
        ],
      },
    ]);
    const words = `The limits were changed during the run: at 0:01 requests per minute (a tier) 10 → not counted`;
    expect(limitsChanged(report)).toContain(words);
    for (const name of ["runbook.md", "runbook.html"]) expect(renderers.get(name)?.(report)).toContain(words);
    expect(renderers.get("runbook.md")?.(report)).toContain("100, changed");
  });

  it("have each share measured against the limit of its time, and its number from whoever set it then", () => {
    const { limits, utilisation } = reportOf(changedOnce().ended(), { scenario });
    expect(limits).toMatchObject([
      { dimension: "tpm", limit: 100, peakShare: 0.9, label: "a tier", date: "2026-11-03" },
      { dimension: "rpm", limit: 10, peakShare: 0.1 },
    ]);
    expect(utilisation[1]).toMatchObject({ dimension: "tpm", shares: expect.arrayContaining([0.9, 0.5]) });

    const told = changedOnce();
    countedCall(told, "c3", { tpm: { limit: 1_000, used: 950 } });
    expect(reportOf(told.ended(), { scenario }).limits[0]).toMatchObject({ limit: 1_000, label: "ours", date: null });
  });

  it("are computed for the last ones, which a ramp's report says", () => {
    const told = mixed(story().phase("ramp"), "1", ["big"]);
    told.event({ type: "load_step_started", concurrency: 2, repeat: 1 });
    told.event({ type: "load_step_ended", concurrency: 2, repeat: 1, trustworthy: true });
    changed(told, [limit({ rpm: 300 }, { label: "ours" })]);
    const { load, notConcluded } = reportOf(told.ended(), { scenario: { limits: [limit({ rpm: 30 })] } });
    expect(load.walls).toMatchObject([{ dimension: "rpm", concurrency: 10 }]);
    expect(notConcluded).toContainEqual(expect.stringContaining("limits were changed while the ramp went on"));
  });

  it("that end with panic are told, and computed as they were before it", () => {
    const told = mixed(story().phase("only"), "1", ["big"]);
    changed(told, []);
    const limits = [limit({ rpm: 300 }, { label: "ours" })];
    const report = reportOf(told.ended("panic"), { scenario: { limits } });
    expect(report.load.walls).toMatchObject([{ dimension: "rpm", concurrency: 10 }]);
    expect(limitsChanged(report)).toContain("requests per minute 300 → not counted");
  });

  it("fill no page, however often they were set", () => {
    const told = changedOnce();
    for (let n = 0; n < 20; n++) changed(told, [limit({ tpm: 2_000 + n }, { label: "ours" })]);
    const words = limitsChanged(reportOf(told.ended(), { scenario }));
    expect(words.match(/→/g)).toHaveLength(5);
    expect(words).toContain("; 18 more times.");
  });
});

describe("what bites first", () => {
  const refusal = { origin: "counted" as const, trouble: "rate_limit", status: 429, synthetic: false };
  const refused = (told: Story, call: string, dimension: "rpm" | "tpm") =>
    told
      .after(1_000)
      .received(call)
      .event({ type: "call_refused", call, ...refusal, dimension, limit: 100, used: 90 });

  it("names the first, and those that refused later with their times, since their fullest moment is another one", () => {
    const told = story({ driven: false }).phase("only");
    refused(told, "c1", "rpm");
    refused(told, "c2", "tpm");
    expect(bitesFirst(reportOf(told.ended()))).toBe(
      "Requests per minute first, at 0:01; then tokens per minute, at 0:02.",
    );
  });
});

it("calls a wall under one caller no zero, and asks for pauses instead of fewer callers", () => {
  const told = mixed(story().phase("only"), "1", ["big"]);
  const report = reportOf(told.ended(), { scenario: { limits: [limit({ rpm: 1 })] } });
  expect(headroom(report)).toContain("exhausted at 0.03 users at once");
  expect(loadAdvice(report)).toEqual(["leave pauses between calls: one caller without any is too many (computed)"]);
});
