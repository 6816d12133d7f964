import { expect, it, vi } from "vitest";
import { createHasher, createScrubber } from "../../src/core/secrets.ts";
import { createKeyPrints, noticingKeys } from "../../src/run/key-prints.ts";

const hasher = createHasher("secret of the run");

it("tells of each key once, early and late, by its hash", () => {
  const keys = createKeyPrints(hasher);
  const told = vi.fn();
  keys.add("sk-first-0123456789");
  keys.subscribe(told);
  for (const key of ["sk-second-0123456789", "sk-first-0123456789", "sk-second-0123456789", "short"]) keys.add(key);
  expect(told.mock.calls).toEqual([
    [{ hash: hasher("sk-first-0123456789"), length: 19 }],
    [{ hash: hasher("sk-second-0123456789"), length: 20 }],
  ]);
});

it("learns the keys from what the proxy hands to the scrubber, which still hides them", () => {
  const keys = createKeyPrints(hasher);
  const scrubber = noticingKeys(createScrubber(), keys);
  scrubber.register("sk-first-0123456789");
  const told = vi.fn();
  keys.subscribe(told);
  expect(told).toHaveBeenCalledOnce();
  expect(scrubber.scrub("key sk-first-0123456789 is wrong")).toBe("key [secret] is wrong");
});
