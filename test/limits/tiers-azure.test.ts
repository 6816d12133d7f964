import { describe, expect, it } from "vitest";
import { createLimiter, listTiers, tierRows, tierSpecs } from "../../src/limits/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, tokens } from "../support/limits.ts";

const azureRows = tierRows().filter(({ provider }) => provider === "azure");

describe("Azure's tiers", () => {
  it("name a model with its kind of deployment, and are met by a deployment called like the model", () => {
    const name = "gpt-4.1 (GlobalStandard)";
    const [spec, ...more] = tierSpecs("azure/tier-1", { model: name }) ?? [];
    expect(more).toEqual([]);
    expect(spec).toMatchObject({
      label: `azure/tier-1 ${name}`,
      provider: "azure",
      model: "gpt-4.1",
      limits: { rpm: 1_000, tpm: 1_000_000 },
    });
    expect(listTiers().find((tier) => tier.name === "azure/tier-1")?.models).toContain(name);
  });

  it("say of each row what deployment meets it", () => {
    expect(azureRows.length).toBeGreaterThan(80);
    for (const { model, deployment } of azureRows)
      expect(model).toBe(`${deployment} (${/\((\w+)\)$/.exec(model)?.[1]})`);
  });

  it("judge by ten seconds where the page does: 300 in ten, at once if need be", () => {
    const specs = tierSpecs("azure/tier-1", { model: "gpt-4o (DataZoneStandard)" }) ?? [];
    const limiter = createLimiter({ specs, clock: createFakeClock() });
    const admit = () => limiter.admit(ask(tokens(1), { provider: "azure", model: "gpt-4o" }));
    for (let i = 0; i < 300; i++) expect(admit().admitted).toBe(true);
    expect(admit()).toMatchObject({ admitted: false, refusal: { dimension: "rpm", waitMs: 10_000 } });
    // By the page's own numbers: a row is marked where its note says so, and nowhere else.
    for (const { note, requestWindowMs } of azureRows) {
      expect(requestWindowMs).toBe(note?.includes("/ 10s") ? 10_000 : undefined);
    }
  });
});
