import { Tiktoken } from "js-tiktoken/lite";
import o200kBase from "js-tiktoken/ranks/o200k_base";
import { describe, expect, it } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { sentences } from "../../src/upstreams/stub/words.ts";

describe("the stub's sentences", () => {
  const tokenizer = new Tiktoken(o200kBase);

  it("have exactly as many tokens as asked for, one a piece", () => {
    const rng = createRng("words");
    for (let tokens = 1; tokens <= 150; tokens++) {
      const pieces = sentences(tokens, rng.fork(String(tokens)));
      expect(pieces).toHaveLength(tokens);
      for (const piece of new Set(pieces)) expect([piece, tokenizer.encode(piece, [], []).length]).toEqual([piece, 1]);
      expect(tokenizer.encode(pieces.join(""), [], []).length).toBe(tokens);
    }
  });

  it("read as sentences", () => {
    const text = sentences(200, createRng(3)).join("");
    expect(text).toMatch(/^([A-Z][a-z]+( [A-Za-z]+)*\. ?)+$/);
    expect(text).not.toMatch(/ {2}|undefined/);
  });
});
