import { expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { createMisfortune } from "../../src/upstreams/stub/misfortune.ts";

test("errors come in their shares, alike with the same seed, and a call that met one may succeed when made again", () => {
  const drawn = (seed: number) => {
    const misfortune = createMisfortune(createRng(seed));
    return Array.from({ length: 2_000 }, (_, i) => misfortune({ overloaded: 0.2, timeout: 0.1 }, `call ${i % 500}`));
  };
  const first = drawn(1);
  expect(first).toEqual(drawn(1));
  expect(first).not.toEqual(drawn(2));
  const count = (error: string | undefined) => first.filter((one) => one === error).length;
  // Five standard deviations on either side.
  expect(Math.abs(count("overloaded") - 400)).toBeLessThan(90);
  expect(Math.abs(count("timeout") - 200)).toBeLessThan(68);
  const failedFirst = first.slice(0, 500).flatMap((error, i) => (error === undefined ? [] : [i]));
  expect(failedFirst.some((i) => first[i + 500] === undefined)).toBe(true);
  expect(createMisfortune(createRng(1))({}, "any")).toBeUndefined();
});
