import { describe, expect, it } from "vitest";
import type { Admission, Charge, LimitSpec, Settlement } from "../../src/core/limits.ts";
import { createLimiter, listTiers, settlementOf, tierSpecs } from "../../src/limits/index.ts";
import { explainScenario, loadScenario } from "../../src/scenario/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec } from "../support/limits.ts";

/** As the dialect charges: the output is not reserved, only handed on. */
const charge = (inputTokens: number, maxOutputTokens = 1_000_000): Charge => ({
  requests: 1,
  inputTokens,
  outputTokens: 0,
  tokens: Math.max(1, inputTokens),
  maxOutputTokens,
});

function wall(limits: LimitSpec["limits"], more: Partial<LimitSpec> = {}) {
  const clock = createFakeClock();
  const limiter = createLimiter({ specs: [spec(limits, more)], clock });
  const admit = (asked: Charge, extra: { model?: string; producedTokens?: () => number } = {}) =>
    limiter.admit({ ...ask(asked, { provider: "anthropic" }), ...extra });
  const used = (dimension: string) => limiter.readings().find((reading) => reading.dimension === dimension)?.used;
  return { clock, limiter, admit, used };
}

function settle(admission: Admission, usage: Settlement["usage"], seenOutputTokens = 0): void {
  if (!admission.admitted) throw new Error("it was refused");
  admission.settle({ usage, seenOutputTokens });
}

describe("Anthropic's limits", () => {
  it("do not look at the maximum output, and count the real one", async () => {
    const { admit, used, clock } = wall({ otpm: 6_000 });
    const first = admit(charge(10));
    expect(used("otpm")).toBe(0);
    settle(first, { inputTokens: 10, outputTokens: 7_000 });
    expect(used("otpm")).toBe(7_000);
    const refused = admit(charge(10));
    expect(refused).toMatchObject({
      admitted: false,
      refusal: { dimension: "otpm", limit: 6_000, used: 7_000, requested: 1, waitMs: 10_010 },
    });
    await clock.advance(10_010);
    expect(admit(charge(10)).admitted).toBe(true);
  });

  it("see what a running stream has produced so far, where the caller can tell", () => {
    const { admit } = wall({ otpm: 6_000 });
    let produced = 0;
    const stream = admit(charge(10), { producedTokens: () => produced });
    produced = 5_999;
    expect(admit(charge(10)).admitted).toBe(true);
    produced = 6_000;
    expect(admit(charge(10)).admitted).toBe(false);
    settle(stream, { inputTokens: 10, outputTokens: 3_000 });
    expect(admit(charge(10)).admitted).toBe(true);
  });

  it("count an aborted stream by what was seen of it", () => {
    const { admit, used } = wall({ otpm: 6_000 });
    settle(admit(charge(10)), undefined, 420);
    expect(used("otpm")).toBe(420);
  });

  it("reserve the maximum output where a limit says so (the older rule), and settle to what came", () => {
    const { admit, used } = wall({ otpm: 6_000 }, { output: "reserved" });
    const first = admit(charge(10, 4_000));
    expect(used("otpm")).toBe(4_000);
    expect(admit(charge(10, 4_000))).toMatchObject({
      admitted: false,
      refusal: { dimension: "otpm", used: 4_000, requested: 4_000, waitMs: 20_000 },
    });
    settle(first, { inputTokens: 10, outputTokens: 250 });
    expect(used("otpm")).toBe(250);
    settle(admit(charge(10, 3_000)), undefined, 20);
    expect(used("otpm")).toBe(3_250);
  });

  it("are told by a scenario which rule to follow, and it explains that", () => {
    const limits = "limits: [{ tier: anthropic/start, model: claude-sonnet-5, otpm: 6000, output: reserved }]";
    const { scenario } = loadScenario({ text: `name: older\n${limits}\nphases: [{ name: open, lasts: 1s }]`, env: {} });
    expect(scenario.limits[0]).toMatchObject({ output: "reserved", limits: { otpm: 6_000, itpm: 2_000_000 } });
    expect(explainScenario(scenario).join(" ")).toContain("output counted by the call's maximum until it is known");
    const limiter = createLimiter({ specs: scenario.limits, clock: createFakeClock() });
    const request = ask(charge(10, 7_000), { provider: "anthropic", model: "claude-sonnet-5" });
    expect(limiter.admit(request)).toMatchObject({ admitted: false, refusal: { dimension: "otpm", requested: 7_000 } });
  });

  it("count input apart, without what came from the cache", () => {
    const { admit, used } = wall({ itpm: 5_000, otpm: 6_000 });
    const usage = { inputTokens: 1_000, outputTokens: 20, cachedTokens: 900 };
    const call = admit(charge(1_200));
    expect(used("itpm")).toBe(1_200);
    settle(call, usage);
    expect(used("itpm")).toBe(100);
    expect(used("otpm")).toBe(20);
    const older = wall({ itpm: 5_000 }, { cachedInputCounts: true });
    settle(older.admit(charge(1_200)), usage);
    expect(older.used("itpm")).toBe(1_000);
  });

  it("are shared by the models of a class, and by no other", () => {
    const shared = { model: "family", models: ["one", "two"] };
    const { admit } = wall({ rpm: 2 }, shared);
    expect(admit(charge(1), { model: "one" }).admitted).toBe(true);
    expect(admit(charge(1), { model: "two" }).admitted).toBe(true);
    expect(admit(charge(1), { model: "one" }).admitted).toBe(false);
    expect(admit(charge(1), { model: "family" })).toMatchObject({ admitted: true, readings: [] });
    expect(admit(charge(1), { model: "three" })).toMatchObject({ admitted: true, readings: [] });
  });

  it("can be drained before anybody called: the next call gets in, and the one after its answer does not", () => {
    const { limiter, admit } = wall({ otpm: 6_000 });
    limiter.drainToOneCall();
    const first = admit(charge(10));
    settle(first, { inputTokens: 10, outputTokens: 300 });
    expect(admit(charge(10)).admitted).toBe(false);
  });

  it("keep room for a usual answer when they are drained later", async () => {
    const { limiter, admit, used, clock } = wall({ otpm: 6_000 });
    settle(admit(charge(10)), { inputTokens: 10, outputTokens: 300 });
    await clock.advance(60_000);
    limiter.drainToOneCall();
    expect(used("otpm")).toBe(5_700);
  });

  it("are settled as the provider documents", () => {
    expect(settlementOf("anthropic")).toEqual({ settle: "usage", verified: true });
  });
});

describe("Anthropic's tiers", () => {
  it("have the present names and the former ones, with their dates", () => {
    const tiers = listTiers().filter(({ provider }) => provider === "anthropic");
    const names = tiers.map(({ tier }) => tier);
    expect(names.toSorted()).toEqual(["build", "scale", "start", "tier-1", "tier-2", "tier-3", "tier-4"]);
    expect(tiers.find(({ tier }) => tier === "tier-1")?.dates).toEqual(["2026-05-22"]);
  });

  it("have one row for a class, found by any of its models", () => {
    const [row, ...others] = tierSpecs("anthropic/start", { model: "claude-sonnet-4-6" }) ?? [];
    expect(others).toEqual([]);
    expect(row).toMatchObject({ provider: "anthropic", limits: { rpm: 1_000, itpm: 2_000_000, otpm: 400_000 } });
    expect(row?.models).toContain("claude-sonnet-4-5");
    expect(tierSpecs("anthropic/tier-1", { model: "claude-sonnet-4-6" })?.[0]?.limits).toEqual({
      rpm: 50,
      itpm: 30_000,
      otpm: 8_000,
    });
    expect(tierSpecs("anthropic/start", { model: "claude-sonnet" })).toBeUndefined();
    for (const { provider, models } of listTiers())
      if (provider === "anthropic") expect(new Set(models).size).toBe(models.length);
  });
});
