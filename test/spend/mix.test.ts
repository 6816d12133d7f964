import { expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { createMix } from "../../src/spend/index.ts";

const mixOf = (share: number, seed = 7) => createMix({ share, rng: createRng(seed).fork("mix") });
const attempt = (content: string, more: { identity?: string; retryCount?: number } = {}) => ({
  content,
  identity: more.identity,
  retryCount: more.retryCount,
});

test("about the share of the calls is live, of different prompts and of one prompt said again and again", () => {
  const mix = mixOf(0.05);
  const live = (content: (i: number) => string) =>
    Array.from({ length: 4_000 }, (_, i) => {
      const placement = mix.place(attempt(content(i)));
      placement.ended(true);
      return placement.live;
    }).filter(Boolean).length / 4_000;
  // Four standard deviations on either side.
  expect(live((i) => `prompt ${i}`)).toBeGreaterThan(0.036);
  expect(live(() => "the same")).toBeGreaterThan(0.036);
  expect(live((i) => `other ${i}`)).toBeLessThan(0.064);
});

test("the same seed sends the same calls to the live upstream, whatever the order in which they come", () => {
  const calls = Array.from({ length: 300 }, (_, i) => `prompt ${i}`);
  const chosen = (order: readonly string[], seed = 7) => {
    const mix = mixOf(0.2, seed);
    return order.filter((content) => mix.place(attempt(content)).live).toSorted();
  };
  expect(chosen(calls)).toEqual(chosen(calls.toReversed()));
  expect(chosen(calls)).not.toEqual(chosen(calls, 8));
});

test.each([
  ["an identity", { identity: "key-1" }, { identity: "key-1" }],
  ["the client's own count", {}, { retryCount: 1 }],
  ["an equal request after a failed one", {}, {}],
])("a retry stays where its first attempt went: by %s", (_by, first, again) => {
  for (let i = 0; i < 200; i++) {
    const mix = mixOf(0.5, i);
    const begun = mix.place(attempt("prompt", first));
    begun.ended(false);
    for (let retry = 0; retry < 3; retry++) {
      const next = mix.place(attempt("prompt", again));
      expect(next.live).toBe(begun.live);
      next.ended(false);
    }
  }
});

test("an equal request after one that was answered, or beside one that is open, is a call of its own", () => {
  const differs = (between: (placement: { ended(delivered: boolean): void }) => void) =>
    Array.from({ length: 100 }, (_, i) => {
      const mix = mixOf(0.5, i);
      const first = mix.place(attempt("prompt"));
      between(first);
      return first.live !== mix.place(attempt("prompt")).live;
    }).filter(Boolean).length;
  expect(differs((placement) => placement.ended(true))).toBeGreaterThan(20);
  expect(differs(() => undefined)).toBeGreaterThan(20);
});
