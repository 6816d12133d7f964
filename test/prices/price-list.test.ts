import { expect, test } from "vitest";
import { createPriceList, type Understood } from "../../src/prices/index.ts";

const THOUSAND = { inputTokens: 1_000, outputTokens: 1_000 };
const list = (own = {}) => createPriceList({ own, wallMs: () => Date.UTC(2026, 10, 24) });

test("a dated model is priced by the entry whose name it begins with, and that is told", () => {
  const dated = list().priceOf({ provider: "openai", model: "gpt-4o-mini-2024-07-18" }, THOUSAND);
  expect(dated).toMatchObject({ pricedAs: "openai/gpt-4o-mini" });
  expect(dated).toEqual(list().priceOf({ provider: "openai", model: "gpt-4o-mini" }, THOUSAND));
});

test.each([
  ["openai", "a-model-of-my-own"],
  ["vllm", "gpt-4o"],
  ["nobody", "gpt-4o"],
])("no price is known for %s %s, and none is made up", (provider, model) => {
  expect(list().priceOf({ provider, model }, THOUSAND)).toBeUndefined();
});

test("cached input costs less, input written to the cache more, and a nonsensical count of either breaks nothing", () => {
  const model = { provider: "anthropic", model: "claude-haiku-4-5" };
  const usd = (usage: object) => list().priceOf(model, { ...THOUSAND, ...usage })?.usd ?? Number.NaN;
  expect(usd({ cachedTokens: 1_000 })).toBeLessThan(usd({}));
  expect(usd({ cacheWrittenTokens: 1_000 })).toBeGreaterThan(usd({}));
  expect(usd({ cachedTokens: 9_000 })).toBe(usd({ cachedTokens: 1_000 }));
});

test("a long prompt costs more per token where the list says so", () => {
  const model = { provider: "gemini", model: "gemini-2.5-pro" };
  const perToken = (inputTokens: number) =>
    (list().priceOf(model, { inputTokens, outputTokens: 0 })?.usd ?? 0) / inputTokens;
  expect(perToken(300_000)).toBeGreaterThan(perToken(1_000) * 1.5);
});

test("the user's own price wins, exact name before pattern", () => {
  const own = { "gpt-*": { input: 1, output: 1 }, "gpt-4o": { input: 2, output: 4, cached: 0 } };
  const exact = list(own).priceOf({ provider: "openai", model: "gpt-4o" }, { ...THOUSAND, cachedTokens: 500 });
  expect(exact).toEqual({ usd: 0.005, pricedAs: "gpt-4o (your price)" });
  expect(list(own).priceOf({ provider: "vllm", model: "gpt-x" }, THOUSAND)?.usd).toBe(0.002);
});

test("how a name was understood is told once per model, unknown ones too", () => {
  const told: [string, Understood | undefined][] = [];
  const prices = createPriceList({
    own: { mine: { input: 2.5, output: 10 } },
    wallMs: () => 0,
    onFirst: ({ model }, understood) => void told.push([model, understood]),
  });
  for (const model of ["mine", "other", "mine", "other"]) prices.priceOf({ provider: "openai", model }, THOUSAND);
  expect(told).toEqual([
    ["mine", { pricedAs: "mine (your price)", input: 2.5, output: 10 }],
    ["other", undefined],
  ]);
});
