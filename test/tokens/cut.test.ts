import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut } from "../../src/tokens/cut.ts";

describe("cut", () => {
  it("loses nothing and leaves no long run", () => {
    const runs = fc.array(
      fc.tuple(fc.constantFrom("a", "!", " ", "\n", "漢", "🦙", "word "), fc.integer({ min: 1, max: 900 })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(runs, (parts) => {
        const text = parts.map(([piece, times]) => piece.repeat(times)).join("");
        const pieces = [...cut(text)];
        expect(pieces.join("")).toBe(text);
        for (const piece of pieces) {
          expect(Math.max(0, ...(piece.match(/\S+|\s+/g) ?? []).map((run) => run.length))).toBeLessThanOrEqual(401);
          expect(piece.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("leaves ordinary text whole and long prose in pieces that begin with a space", () => {
    expect([...cut("a short sentence, as people write it")]).toEqual(["a short sentence, as people write it"]);
    const prose = "some words of prose ".repeat(5_000);
    const pieces = [...cut(prose)];
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join("")).toBe(prose);
    expect(pieces.slice(1).every((piece) => piece.startsWith(" "))).toBe(true);
  });
});
