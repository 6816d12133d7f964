import { describe, expect, it } from "vitest";
import { stall } from "../../src/faults/stall.ts";
import { chatCall } from "../support/openai.ts";
import { playbook } from "../support/playbook.ts";

describe("stall", () => {
  it("stops for a while, then goes on", () => {
    const book = playbook(stall, { after: { tokens: 1 }, lasts: "3s" })
      .frame("a")
      .sends("a")
      .waits(3_000)
      .applied();
    book.frame("b").sends("b").finish().sends("finish").applied(1).ends();
  });

  it("stops for ever, and forgets nothing if it is released by hand", () => {
    const book = playbook(stall, { after: "before_finish" }).frame("a").sends("a").finish().keepsOpen();
    book.sends("finish").done().sends("terminator").ends();
  });

  it("pings while it stalls, with an SSE comment", () => {
    playbook(stall, { after: { tokens: 1 }, lasts: "30s", pings: "5s" })
      .frame("a")
      .sends("a")
      .pings(5_000)
      .waits(30_000)
      .stopsPings()
      .frame("b")
      .sends("b")
      .ends();
    playbook(stall, { after: { tokens: 1 }, pings: true })
      .frame("a")
      .sends("a")
      .pings(10_000)
      .keepsOpen();
  });

  it("stalls an unstreamed body in its middle, without pings that would spoil it", () => {
    const plain = { call: chatCall() };
    playbook(stall, { lasts: "1s", pings: true }, plain).chunk("abcd").sends("ab").waits(1_000).sends("cd").ends();
  });

  it("draws its length from the seeded stream", () => {
    const lasts = { uniform: ["1s", "2s"] };
    const first = playbook(stall, { after: { tokens: 1 }, lasts })
      .frame("a")
      .sends("a");
    expect(() => first.waits(1_000)).toThrow();
    expect(stall.explain(stall.params.parse({ lasts, pings: true }))).toBe(
      "the reply stops after 20 tokens for 1 s to 2 s, with keep-alive pings",
    );
  });

  it("refuses pings without time between them", () => {
    expect(stall.params.safeParse({ pings: 0 }).success).toBe(false);
  });
});
