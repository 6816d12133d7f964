import { describe, expect, it } from "vitest";
import { slowFirstToken } from "../../src/faults/slow_first_token.ts";
import { playbook } from "../support/playbook.ts";

const role = { text: "role" };

describe("slow_first_token", () => {
  it("holds the first content, then keeps the original gaps", () => {
    playbook(slowFirstToken, { add: "2s" })
      .headers()
      .means(role)
      .sends("role")
      .frame("a", 100)
      .waits(2_000)
      .sends("a")
      // Arrived 50 ms after the first while that was held: due 50 ms after it, not at once.
      .frame("b", 50)
      .waits(50)
      .sends("b")
      .frame("c", 70)
      .waits(70)
      .sends("c")
      .applied()
      .ends();
  });

  it("adds nothing to a frame that is late by itself", () => {
    playbook(slowFirstToken, { add: "1s" })
      .frame("a")
      .waits(1_000)
      .sends("a")
      .frame("b", 5_000)
      .waits(1_000)
      .sends("b")
      .ends();
  });

  it("adds to what an earlier stage held, and shifts by the sum", () => {
    const book = playbook(slowFirstToken, { add: "1s" }).heldBefore(500).frame("a").waits(1_000).sends("a");
    book.frame("b", 1_520).waits(1_500).sends("b").ends();
  });

  it("counts at_least from the arrival of the request", () => {
    playbook(slowFirstToken, { at_least: "2s" }, { receivedAtMs: 300 })
      .frame("a", 800)
      .waits(1_500)
      .sends("a")
      .applied();
  });

  it("is not exercised when the provider was slow enough", () => {
    playbook(slowFirstToken, { at_least: "2s" }, { receivedAtMs: 0 }).frame("a", 2_500).sends("a").applied(0).ends();
  });

  it("holds the headers, and shifts what follows by as much", () => {
    playbook(slowFirstToken, { add: "2s", hold: "headers" })
      .headers(100)
      .waits(2_000)
      .applied()
      .frame("a", 30)
      .waits(30)
      .sends("a")
      .applied()
      .ends();
  });

  it("holds an unstreamed reply", () => {
    playbook(slowFirstToken, { add: "1s" }).chunk("{").waits(1_000).sends("{").chunk("}").sends("}").ends();
  });

  it("is not exercised by a stream without content", () => {
    playbook(slowFirstToken, { add: "1s" }).means(role).sends("role").finish().sends("finish").applied(0).ends();
  });

  it("takes exactly one of add and at_least", () => {
    expect(slowFirstToken.params.safeParse({}).success).toBe(false);
    expect(slowFirstToken.params.safeParse({ add: "1s", at_least: "1s" }).success).toBe(false);
    expect(slowFirstToken.explain(slowFirstToken.params.parse({ at_least: "8s" }))).toBe(
      "the first token comes no earlier than 8 s after the request",
    );
  });
});
