import { describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
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
