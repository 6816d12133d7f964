import { expect, test } from "vitest";
import { formatUsd } from "../../src/core/units.ts";
import { capsInWords } from "../../src/spend/index.ts";

test.each([
  [0, "$0"],
  [0.05, "$0.05"],
  [0.06, "$0.06"],
  [0.0225, "$0.0225"],
  [0.0000123, "$0.0000123"],
  [0.5, "$0.50"],
  [0.999, "$0.999"],
  [12.3, "$12.30"],
])("%d is %s", (usd, words) => {
  expect(formatUsd(usd)).toBe(words);
});

test("caps are told with what they count and how long", () => {
  const caps = { run: { usd: 2, requests: 1 }, perMinute: { usd: 0.5, tokens: 30_000 } };
  expect(capsInWords(caps)).toBe("$2.00, $0.50 per minute, 30,000 tokens per minute, 1 request");
});
