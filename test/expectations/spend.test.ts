import { expect, test } from "vitest";
import { expectations } from "../../src/expectations/index.ts";
import { type RepliedOptions, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object) => story({ expect: [{ name: "spend", params }] }).phase("steady");

const calls = (params: object, costs: readonly NonNullable<RepliedOptions["cost"]>[]) => {
  const some = told(params);
  costs.forEach((cost, i) => {
    some.received(`c${i}`, { afterMs: 5, model: `model-${i}` }).replied(`c${i}`, 200, { cost });
  });
  return some;
};

test("passes at the bound, fails above it and names the dearest calls first", () => {
  expect(judged(calls({ usd: "$0.75" }, [{ usd: 0.25 }, { usd: 0.5 }]))).toMatchObject({
    verdict: "pass",
    summary: "$0.75, 240 tokens (2 answered calls)",
  });
  const bad = judged(calls({ usd: "$0.70" }, [{ usd: 0.25 }, { usd: 0.5 }]));
  expect(bad).toMatchObject({ verdict: "fail", evidence: [{ note: "c1 on model-1", got: "$0.50, 120 tokens" }, {}] });
  expect(bad.evidence[0]?.events).toHaveLength(2);
});

test("bounds tokens, and says how many are estimated", () => {
  const costs = [{ usd: 0 }, { usd: 0, input_tokens: 900, estimated: true }];
  expect(judged(calls({ tokens: 1_040 }, costs))).toMatchObject({
    verdict: "pass",
    summary: "$0, 1,040 tokens (2 answered calls, 1 with estimated tokens)",
  });
  expect(judged(calls({ tokens: 1_039 }, costs)).evidence[0]?.note).toBe("c1 on model-1");
});

test("an unknown price is never free", () => {
  expect(judged(calls({ usd: "$1" }, [{ usd: 0.5 }, {}]))).toMatchObject({
    verdict: "inconclusive",
    summary: expect.stringContaining("what model-1 costs is not known"),
  });
  expect(judged(calls({ usd: "$1" }, [{ usd: 1.5 }, {}])).verdict, "over it already").toBe("fail");
  expect(judged(calls({ tokens: 1_000 }, [{ usd: 0.5 }, {}])).verdict, "tokens need no price").toBe("pass");
  expect(judged(told({ usd: "$1" }).received("c1").replied("c1", 200)).verdict, "never settled").toBe("inconclusive");
});

test("stub and replay count with what they would have cost, and it says so", () => {
  const free = [
    { kind: "stub", usd: 0.5 },
    { kind: "replay", usd: 0.25 },
  ] as const;
  expect(judged(calls({ usd: "$0.60" }, free))).toMatchObject({
    verdict: "fail",
    summary: expect.stringContaining("$0.75 of it only computed"),
  });
});

test("refusals cost nothing; attempts that delivered nothing do", () => {
  const refused = calls({ usd: "$1" }, [{ usd: 0.5 }])
    .received("r1")
    .replied("r1", 429);
  refused.received("r2").replied("r2", 400, { origin: "provider" }).received("r3").replied("r3", 0, { how: "reset" });
  expect(judged(refused).summary).toBe("$0.50, 120 tokens (1 answered call)");
  const cut = told({ usd: "$1" })
    .received("c1")
    .replied("c1", 200, { how: "cut", cost: { usd: 0.75 } });
  cut.received("c2", { retryOf: "c1", count: 1, afterMs: 5 }).replied("c2", 200, { cost: { usd: 0.75 } });
  expect(judged(cut).verdict).toBe("fail");
});

test("is inconclusive without calls, and when nobody answered one; wants a bound", () => {
  expect(judged(told({ usd: "$1" })).verdict).toBe("inconclusive");
  expect(judged(told({ usd: "$1" }).received("c1").replied("c1", 429)).verdict).toBe("inconclusive");
  expect(expectations.get("spend")?.params.safeParse({}).success).toBe(false);
});
