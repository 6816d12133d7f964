import { describe, expect, it } from "vitest";
import { disconnect } from "../../src/faults/disconnect.ts";
import { playbook } from "../support/playbook.ts";

describe("disconnect", () => {
  it.each(["fin", "rst"] as const)("cuts by %s after what was sent", (how) => {
    const book = playbook(disconnect, { after: { tokens: 2 }, how })
      .frame("a")
      .sends("a")
      .frame("b")
      .sends("b");
    book.cuts(how).applied().frame("c").sendsNothing();
  });

  it("closes by default", () => {
    playbook(disconnect, { after: { events: 1 } })
      .frame("a")
      .sends("a")
      .cuts("fin")
      .sendsNothing();
  });

  it("cuts inside an unstreamed body", () => {
    playbook(disconnect, { how: "rst" }).chunk("abcd").sends("ab").cuts("rst").applied();
  });

  it("is not exercised when the finish comes first", () => {
    playbook(disconnect, {}).frame("a").sends("a").finish().sends("finish").applied(0).ends();
  });

  it("refuses an unknown way", () => {
    expect(disconnect.params.safeParse({ how: "bang" }).success).toBe(false);
    expect(disconnect.params.safeParse({ afer: { tokens: 1 } }).success).toBe(false);
  });
});
