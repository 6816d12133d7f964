import { describe, expect, it } from "vitest";
import type { Bucket } from "../../src/limits/bucket.ts";
import { createBucketStore } from "../../src/limits/store.ts";

function bucket(isIdle: boolean): Bucket {
  return {
    ask: () => undefined,
    charge: () => () => {},
    readings: () => [],
    drainToOneCall() {},
    preload() {},
    idle: () => isIdle,
  };
}

describe("the store of buckets", () => {
  it("forgets full buckets and keeps the others", () => {
    const store = createBucketStore();
    const busy = bucket(false);
    store.get("busy", 0, () => busy);
    for (let i = 0; i < 5_000; i++) store.get(`k${i}`, 0, () => bucket(true));
    expect(store.size).toBeLessThan(600);
    expect(store.get("busy", 0, () => bucket(false))).toBe(busy);
  });

  it("is bounded when none is full: the one unused for longest goes", () => {
    const store = createBucketStore(100);
    const [first, second] = [bucket(false), bucket(false)];
    store.get("first", 0, () => first);
    store.get("second", 0, () => second);
    for (let i = 0; i < 98; i++) store.get(`k${i}`, 0, () => bucket(false));
    store.get("first", 0, () => bucket(false)); // used again
    store.get("one more", 0, () => bucket(false));
    expect(store.size).toBe(100);
    expect(store.get("first", 0, () => bucket(false))).toBe(first);
    expect(store.get("second", 0, () => bucket(false))).not.toBe(second);
  });
});
