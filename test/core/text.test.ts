import { describe, expect, it } from "vitest";
import { didYouMean, matchesGlob, textTail } from "../../src/core/text.ts";
import { estimateTokens } from "../../src/core/tokens.ts";

describe("matchesGlob", () => {
  it.each([
    ["gpt-4o", "gpt-4o", true],
    ["gpt-4o", "gpt-4o-mini", false],
    ["gpt-4o*", "gpt-4o-mini", true],
    ["*mini*", "a-mini-b", true],
    ["a.c", "abc", false],
    ["*", "", true],
    ["(a*", "(ab", true],
  ])("%s against %s: %s", (pattern, value, expected) => expect(matchesGlob(pattern, value)).toBe(expected));
});

describe("textTail", () => {
  it("is the same for a stream's text and what an app makes of it", () => {
    const plain = textTail("Hello, **big**\n world!");
    expect(plain).toEqual(textTail("hello big world"));
    expect(plain).toEqual({ tail: "hellobigworld", length: 13 });
  });

  it("keeps the last 32 letters, and cuts none outside the basic plane in two", () => {
    expect(textTail("x".repeat(100)).tail).toHaveLength(32);
    const letters = "\u{1D49C}".repeat(40);
    expect([...textTail(letters).tail]).toHaveLength(32);
    expect(textTail(letters).tail.isWellFormed()).toBe(true);
  });
});

describe("didYouMean", () => {
  it("finds the near word and nothing far", () => {
    expect(didYouMean("rate-limt", ["rate_limit", "stall"])).toBe("rate_limit");
    expect(didYouMean("xyzzy", ["rate_limit", "stall"])).toBeUndefined();
  });
});

describe("estimateTokens", () => {
  it("counts four characters of a spaced script, or one of a dense one, as a token", () => {
    expect([estimateTokens(""), estimateTokens("a"), estimateTokens("a".repeat(400)), estimateTokens("漢字")]).toEqual([
      0, 1, 100, 2,
    ]);
  });

  it("is linear: a hostile prompt costs no more than its length", () => {
    const started = performance.now();
    estimateTokens("漢".repeat(500_000) + "a".repeat(500_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
