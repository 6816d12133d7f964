import { describe, expect, it } from "vitest";
import type { Admission, Charge, LimitSpec, Settlement } from "../../src/core/limits.ts";
import { createLimiter, settlementOf, tierRows, tierSpecs } from "../../src/limits/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { ask, spec } from "../support/limits.ts";

/** As the dialect charges: the prompt and the maximum output are reserved. */
const charge = (inputTokens: number, maximum: number, outputWeight?: number): Charge => ({
  requests: 1,
  inputTokens,
  outputTokens: maximum,
  tokens: inputTokens + maximum,
  ...(outputWeight !== undefined && { outputWeight }),
});

function wall(limits: LimitSpec["limits"]) {
  const clock = createFakeClock();
  const limiter = createLimiter({ specs: [spec(limits)], clock });
  const admit = (asked: Charge) => limiter.admit(ask(asked, { provider: "bedrock" }));
  const used = (dimension: string) => limiter.readings().find((reading) => reading.dimension === dimension)?.used;
  return { clock, admit, used };
}

function settle(admission: Admission, usage: Settlement["usage"], seenOutputTokens = 0): void {
  if (!admission.admitted) throw new Error("it was refused");
  admission.settle({ usage, seenOutputTokens });
}

describe("Bedrock's limits", () => {
  it("reserve one for one, and settle what the output burns, per minute and per day", () => {
    const { admit, used } = wall({ tpm: 100_000, tpd: 1_000_000 });
    const first = admit(charge(1_000, 4_000, 5));
    expect([used("tpm"), used("tpd")]).toEqual([5_000, 5_000]);
    settle(first, { inputTokens: 1_000, outputTokens: 100 });
    expect([used("tpm"), used("tpd")]).toEqual([1_500, 1_500]);
    settle(admit(charge(1_000, 4_000, 5)), { inputTokens: 1_000, outputTokens: 4_000 });
    expect(used("tpm")).toBe(1_500 + 21_000);
    settle(admit(charge(1_000, 4_000)), { inputTokens: 1_000, outputTokens: 4_000 });
    expect(used("tpm")).toBe(1_500 + 21_000 + 5_000);
  });

  it("take nothing for input from the cache", () => {
    const { admit, used } = wall({ tpm: 100_000 });
    settle(admit(charge(10_000, 500, 5)), { inputTokens: 10_000, outputTokens: 10, cachedTokens: 9_000 });
    expect(used("tpm")).toBe(1_050);
  });

  it("keep the reservation of an aborted call, or what was seen of it if that burns more", () => {
    const { admit, used } = wall({ tpm: 100_000 });
    settle(admit(charge(1_000, 4_000, 5)), undefined, 10);
    expect(used("tpm")).toBe(5_000);
    settle(admit(charge(1_000, 4_000, 5)), undefined, 2_000);
    expect(used("tpm")).toBe(16_000);
  });

  it("leave limits that count output alone without its weight", () => {
    const { admit, used } = wall({ otpm: 100_000 });
    settle(admit(charge(1_000, 4_000, 5)), { inputTokens: 1_000, outputTokens: 100 });
    expect(used("otpm")).toBe(100);
  });

  it("are known to be settled", () => {
    expect(settlementOf("bedrock")).toEqual({ settle: "usage", verified: true });
  });
});

describe("Bedrock's tiers", () => {
  it("cover the profiles of every region, each row sourced and dated", () => {
    const own = tierRows().filter(({ provider }) => provider === "bedrock");
    expect(own).toHaveLength(9);
    const [row] = tierSpecs("bedrock/default-cross-region", { model: "eu.amazon.nova-pro-v1:0" }) ?? [];
    expect(row).toMatchObject({ limits: { rpm: 500, tpm: 2_000_000, tpd: 2_880_000_000 }, date: "2026" });
    // Without a region it is another quota, which is not shipped.
    expect(tierSpecs("bedrock/default-cross-region", { model: "amazon.nova-pro-v1:0" })).toBeUndefined();
    const global = tierSpecs("bedrock/default-global", { model: "global.anthropic.claude-haiku-4-5-20251001-v1:0" });
    expect(global?.[0]?.limits.rpm).toBe(250);
  });

  it("say a day's tokens only where they are 1,440 minutes of them", () => {
    for (const { provider, tpm = 0, tpd } of tierRows()) {
      if (provider === "bedrock" && tpd !== undefined) expect(tpd).toBe(tpm * 1_440);
    }
  });
});
