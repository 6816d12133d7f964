import { describe, expect, it } from "vitest";
import { DIMENSIONS, windowMs } from "../../src/core/limits.ts";
import { defaultLimit, explainMissingTier, listTiers, tierRows, tierSpecs } from "../../src/limits/index.ts";

describe("shipped tiers", () => {
  it("has a source, a date and at least one whole number in each row, and no row twice", () => {
    const seen = new Set<string>();
    for (const row of tierRows()) {
      expect(row.source).toMatch(/^https:\/\//);
      expect(row.date).toMatch(/^20\d\d(-\d\d){0,2}$/);
      const numbers = DIMENSIONS.flatMap((dimension) => row[dimension] ?? []);
      expect(numbers.length).toBeGreaterThan(0);
      for (const number of numbers) expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
      seen.add(`${row.provider}/${row.tier} ${row.model}`);
    }
    expect(seen.size).toBe(tierRows().length);
  });

  it("gives one row for a model, all rows without one", () => {
    expect(tierSpecs("openai/tier-1", { model: "gpt-4o" })).toEqual([
      {
        label: "openai/tier-1 gpt-4o",
        provider: "openai",
        tier: "tier-1",
        model: "gpt-4o",
        per: "key+model",
        limits: { rpm: 500, tpm: 30_000 },
        source: "https://developers.openai.com/api/docs/models/gpt-4o",
        date: "2026-09-24",
      },
    ]);
    const tier = listTiers().find(({ name }) => name === "openai/tier-1");
    expect(tierSpecs("openai/tier-1")?.map(({ model }) => model)).toEqual(tier?.models);
    expect(tier?.models.length).toBeGreaterThan(5);
    expect(tier?.dates).toContain("2026-09-24");
  });

  it("lets the user's own numbers win, and says which they are", () => {
    const [spec] = tierSpecs("openai/tier-1", { model: "gpt-4o", per: "all", overrides: { tpm: 5, tpd: 9 } }) ?? [];
    expect(spec).toMatchObject({ per: "all", limits: { rpm: 500, tpm: 5, tpd: 9 } });
    expect(spec?.label).toBe("openai/tier-1 gpt-4o (own tpm, tpd)");
  });

  it("matches exact names only, and says what was meant", () => {
    expect(tierSpecs("openai/tier-1", { model: "gpt-4o-2024-08-06" })).toBeUndefined();
    expect(tierSpecs("openai/tier1")).toBeUndefined();
    expect(explainMissingTier("openai/tier1")).toBe('there is no tier "openai/tier1"; did you mean "openai/tier-1"?');
    expect(explainMissingTier("nowhere")).toContain("known are openai/");
    expect(explainMissingTier("openai/tier-1", "gpt4o")).toContain('did you mean "gpt-4o"?');
    expect(explainMissingTier("openai/tier-1", "something else")).toContain("gpt-4o");
  });

  it("has a default for everything a refusal can name", () => {
    for (const dimension of [...DIMENSIONS, "images", "concurrency"] as const) {
      expect(defaultLimit(dimension)).toBeGreaterThan(0);
      expect(windowMs(dimension)).toBeGreaterThan(0);
    }
  });

  it("has a tier for every model, and one for a class by its ending", () => {
    expect(tierSpecs("mistral/free")?.[0]).toMatchObject({ limits: { rpm: 60, tpm: 500_000 } });
    expect(tierSpecs("mistral/free")?.[0]?.model).toBeUndefined();
    expect(tierSpecs("mistral/free", { model: "whatever" })?.[0]?.model).toBe("whatever");
    expect(tierSpecs("openrouter/free", { model: "some/model:free" })).toHaveLength(1);
    expect(tierSpecs("openrouter/free", { model: "some/model" })).toBeUndefined();
    expect(tierSpecs("groq/free", { model: "openai/gpt-oss-20b" })?.[0]?.limits).toEqual({
      rpm: 30,
      tpm: 8_000,
      rpd: 1_000,
      tpd: 200_000,
    });
  });
});
