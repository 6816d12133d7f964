import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterEach, describe, expect, it } from "vitest";
import { estimateTokens } from "../../src/core/tokens.ts";
import { createTokenCounter, type TokenCounterOptions } from "../../src/tokens/index.ts";

const open: { close(): Promise<void> }[] = [];
const counter = (options?: TokenCounterOptions) => {
  const created = createTokenCounter(options);
  open.push(created);
  return created;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

/** A worker module made of the given source. */
const module = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`);

describe("token counter", () => {
  it("counts exactly, and takes special-token text as ordinary text", async () => {
    const { count } = counter();
    expect(await count("hello world")).toEqual({ tokens: 2, estimated: false });
    expect(await count("")).toEqual({ tokens: 0, estimated: false });
    const special = await count("before <|endoftext|> after");
    expect(special.estimated).toBe(false);
    expect(special.tokens).toBeGreaterThan(4);
  });

  it("counts by the encoding handed in", async () => {
    const text = "안녕하세요 여러분";
    const newer = await counter().count(text);
    const older = await counter({ encoding: "cl100k_base" }).count(text);
    expect(newer.estimated || older.estimated).toBe(false);
    expect(older.tokens).toBeGreaterThan(newer.tokens);
  });

  it("keeps the event loop free under 200k × 'a' and 50k CJK, and answers with estimates in time", async () => {
    const { count } = counter({ limitMs: 600 });
    await count("warm");
    const long = "a".repeat(200_000);
    const dense = Array.from({ length: 50_000 }, (_, i) => String.fromCharCode(0x4e00 + ((i * 37) % 20_000))).join("");
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const started = performance.now();
    const counts = await Promise.all([count(long), count(dense)]);
    const took = performance.now() - started;
    delay.disable();
    expect(counts).toEqual([
      { tokens: estimateTokens(long), estimated: true },
      { tokens: estimateTokens(dense), estimated: true },
    ]);
    expect(took).toBeLessThan(5_000);
    // Counting on the loop would hold it for seconds; the bound leaves room for a busy machine.
    expect(delay.percentile(99) / 1e6).toBeLessThan(250);
  });

  it("serves the next text after one that took too long", async () => {
    const { count } = counter({ limitMs: 1_500 });
    await count("warm");
    expect((await count("a".repeat(200_000))).estimated).toBe(true);
    expect(await count("hello world")).toEqual({ tokens: 2, estimated: false });
  });

  it("answers with the estimate when the thread breaks, again and again", async () => {
    const { count } = counter({ worker: module("throw new Error('broken')") });
    for (let i = 0; i < 5; i++) expect(await count("some text")).toEqual({ tokens: 3, estimated: true });
  });

  it("answers counts under way with the estimate when closed, and stays closed", async () => {
    const created = counter({ worker: module("setInterval(() => {}, 1000)") });
    const pending = created.count("some text");
    await created.close();
    expect(await pending).toEqual({ tokens: 3, estimated: true });
    expect((await created.count("more")).estimated).toBe(true);
  });
});
