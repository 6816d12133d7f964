import { describe, expect, it } from "vitest";
import { bandwidth } from "../../src/faults/bandwidth.ts";
import { slowTokens } from "../../src/faults/slow_tokens.ts";
import { chatCall } from "../support/openai.ts";
import { plan, playbook } from "../support/playbook.ts";

const role = { text: "role" };

describe("slow_tokens", () => {
  it("adds to every gap but the first, so that the additions add up", () => {
    const book = playbook(slowTokens, { add: "100ms" }).means(role).sends("role").frame("a", 500).sends("a");
    // Came 20 ms later, goes out 120 ms later; the next one, too.
    book.frame("b", 20).waits(100).sends("b").applied();
    book.frame("c", 20).waits(120).sends("c").finish().sends("finish").applied(1).ends();
  });

  it("keeps a rate, and never hurries", () => {
    const book = playbook(slowTokens, { tokens_per_second: 10 }).frame("a").sends("a");
    book.frame("b c", 10).waits(190).sends("b c").frame("d", 5_000).sends("d").comment().sends(": ping\n\n").ends();
  });

  it("varies by the jitter, from the seed", () => {
    const gaps = () => {
      const book = playbook(slowTokens, { add: "100ms", jitter: "50%" }).frame("a").sends("a").frame("b");
      expect(() => book.waits(100)).toThrow();
    };
    gaps();
    expect(slowTokens.explain(slowTokens.params.parse({ add: "100ms", jitter: "50%" }))).toBe(
      "100 ms more between tokens, ± 50 %",
    );
    expect(slowTokens.params.safeParse({ add: "1s", jitter: 2 }).success).toBe(false);
  });

  it("takes one of add and tokens_per_second", () => {
    expect(slowTokens.params.safeParse({}).success).toBe(false);
    expect(slowTokens.params.safeParse({ add: "1s", tokens_per_second: 1 }).success).toBe(false);
    expect(slowTokens.params.safeParse({ tokens_per_second: 0 }).success).toBe(false);
    expect(plan(slowTokens, { add: "1s" }, { call: chatCall() })).toEqual([]);
  });
});

describe("bandwidth", () => {
  it("gives every byte its time, in pieces of a tenth of a second", () => {
    const book = playbook(bandwidth, { rate: 50 }).frame("a").applied();
    book.waits(100).sends("data:").waits(80).sends(" a\n\n").frame("b").waits(100).sends("data:").waits(80);
    book.sends(" b\n\n").applied(1).ends();
  });

  it("narrows an unstreamed body too", () => {
    playbook(bandwidth, { rate: "1kB/s" }, { call: chatCall() }).chunk("{}").waits(2).sends("{}").ends();
  });

  it.each([
    ["2kB/s", 2_000],
    ["1_500", 1_500],
    [512, 512],
    ["0.5 MB/s", 500_000],
  ])("reads %s", (rate, bytes) => {
    expect(bandwidth.params.parse({ rate })).toEqual({ rate: bytes });
  });

  it.each(["fast", "0", "2kb/s", "-1", "2kbit/s"])("refuses %s and says what was meant", (rate) => {
    const parsed = bandwidth.params.safeParse({ rate });
    expect(parsed.error?.issues[0]?.message).toContain("bytes a second");
  });
});
