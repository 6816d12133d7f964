import { describe, expect, it } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { latency } from "../../src/faults/latency.ts";
import { plan } from "../support/playbook.ts";

describe("latency", () => {
  it("waits before the upstream is called", () => {
    expect(plan(latency, { add: "750ms" })).toEqual([{ do: "wait", ms: 750 }]);
    expect(latency.explain(latency.params.parse({ add: "750ms" }))).toBe("the call reaches the provider 750 ms late");
  });

  it("draws from its own seeded stream", () => {
    const add = { lognormal: { median: "400ms", sigma: 0.5 } };
    const drawn = (seed: number) => plan(latency, { add }, { rng: createRng(seed) });
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it("names the missing time", () => {
    expect(latency.params.safeParse({}).success).toBe(false);
    expect(latency.params.safeParse({ add: "-1s" }).success).toBe(false);
  });
});
