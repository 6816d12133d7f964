import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createHasher, createScrubber, keyHash } from "../../src/core/secrets.ts";

describe("keyHash", () => {
  it("is what sha256sum prints first, so that `where: { key }` can be made outside", () => {
    expect(keyHash("sk-test")).toBe(createHash("sha256").update("sk-test").digest("hex").slice(0, 8));
    expect(keyHash(undefined)).toBe("");
    expect(keyHash("")).toBe("");
  });
});

describe("createHasher", () => {
  it("tells equal from different texts, and depends on the secret of the run", () => {
    const hasher = createHasher("one");
    expect(hasher("text")).toBe(hasher("text"));
    expect(hasher("text")).not.toBe(hasher("texts"));
    expect(hasher("text")).not.toBe(createHasher("two")("text"));
    expect(hasher("text")).toMatch(/^[0-9a-f]{16}$/);
  });

  it("tells bytes apart that are no text, and sees a view as its own bytes only", () => {
    const hasher = createHasher("one");
    const bytes = Uint8Array.from([1, 0xff, 0xfe, 2]);
    expect(hasher(bytes.subarray(1, 3))).toBe(hasher(Uint8Array.from([0xff, 0xfe])));
    expect(hasher(Uint8Array.from([0xff]))).not.toBe(hasher(Uint8Array.from([0xfe])));
  });
});

describe("createScrubber", () => {
  it("replaces every place of every value seen", () => {
    const scrubber = createScrubber();
    scrubber.register("sk-secret-1");
    scrubber.register("sk-secret-2");
    expect(scrubber.scrub("a sk-secret-1 b sk-secret-2 c sk-secret-1")).toBe("a [secret] b [secret] c [secret]");
  });

  it("leaves short values alone: they are words", () => {
    const scrubber = createScrubber();
    scrubber.register("short");
    expect(scrubber.scrub("a short word")).toBe("a short word");
  });

  it("forgets the one not seen for longest, so a key in use stays", () => {
    const scrubber = createScrubber(2);
    scrubber.register("secret-in-use");
    scrubber.register("secret-second");
    scrubber.register("secret-in-use");
    scrubber.register("secret-third");
    expect(scrubber.scrub("secret-in-use secret-second secret-third")).toBe("[secret] secret-second [secret]");
  });
});
