import { describe, expect, it } from "vitest";
import { truncate } from "../../src/faults/truncate.ts";
import { chatCall } from "../support/openai.ts";
import { playbook } from "../support/playbook.ts";

describe("truncate", () => {
  it("ends cleanly after the frame that crosses the position", () => {
    playbook(truncate, { after: { tokens: 3 } })
      .frame("a b")
      .sends("a b")
      .frame("c d")
      .sends("c d")
      .applied()
      .ends();
  });

  it("lets nothing follow", () => {
    const book = playbook(truncate, { after: { tokens: 1 } })
      .frame("a")
      .sends("a");
    book.ends();
    book.frame("b").finish().usage().done().sendsNothing().applied();
  });

  it("is not exercised when the finish comes first", () => {
    const book = playbook(truncate, { after: { tokens: 20 } })
      .frame("a b")
      .sends("a b");
    book.finish().sends("finish").usage().sends("usage").done().sends("terminator").applied(0).ends();
  });

  it("never cuts behind a finish that got through", () => {
    for (const after of [{ events: 2 }, { events: 3 }, { bytes: 12 }]) {
      const book = playbook(truncate, { after }).frame("a").sends("a").finish().sends("finish");
      book.usage().sends("usage").done().sends("terminator").applied(0).ends();
    }
    const crossing = playbook(truncate, { after: { tokens: 2 } })
      .frame("a")
      .sends("a");
    crossing.means({ text: "b", tokens: 1, finish: "stop" }).sends("b").applied(0).ends();
  });

  it("is not exercised when the upstream ends first", () => {
    playbook(truncate, {}).frame("a b").sends("a b").applied(0).ends();
  });

  it("ends before the finish, the usage or the terminator, where asked", () => {
    playbook(truncate, { after: "before_finish" }).frame("a").sends("a").finish().applied().ends();
    playbook(truncate, { after: "before_usage" }).finish().sends("finish").usage().applied().ends();
    const book = playbook(truncate, { after: "before_done" }).finish().sends("finish").usage().sends("usage");
    book.done().applied().ends();
  });

  it("takes a running count for no usage", () => {
    const running = { text: "a", tokens: 1, usage: { inputTokens: 1, outputTokens: 1 } };
    const book = playbook(truncate, { after: "before_usage" }).means(running).sends("a").applied(0);
    book
      .means({ ...running, finish: "stop" })
      .applied()
      .ends();
  });

  it("counts events and bytes, comments not among the events", () => {
    const book = playbook(truncate, { after: { events: 2 } })
      .frame("a")
      .sends("a")
      .comment()
      .sends(": ping\n\n");
    book.frame("b").sends("b").applied().ends();
    playbook(truncate, { after: { bytes: 10 } })
      .frame("a")
      .sends("a")
      .frame("b")
      .sends("b")
      .applied()
      .ends();
  });

  it("takes no frame of a stream for a part of a plain body", () => {
    const book = playbook(truncate, { after: { tokens: 2 } })
      .chunk("retry: 3000\n\n")
      .sends("retry: 3000\n\n");
    book.comment().sends(": ping\n\n").frame("a").sends("a");
    // A piece of an event above the splitter's bound.
    book.chunk("xxxxxxxx").sends("xxxxxxxx").frame("b").sends("b").applied().ends();
  });

  it("counts events by name", () => {
    const delta = { text: "x", tokens: 1 };
    const book = playbook(truncate, { after: { event: "delta", nth: 2 } });
    book.means(delta, "other").sends("x").means(delta, "delta").sends("x").applied(0);
    book.means(delta, "delta").sends("x").applied().ends();
  });

  it("ends inside the arguments of a tool call", () => {
    const book = playbook(truncate, { after: "tool_arguments" }).frame("a").sends("a");
    book.means({ text: "t", toolArguments: '{"ci', tokens: 1 }).sends("t").applied().ends();
  });

  it("ends in the middle of the event that crosses, or of the one that is met", () => {
    const crossing = playbook(truncate, { after: { tokens: 2 }, inside: "event" })
      .frame("a")
      .sends("a");
    crossing.frame("bc d").sends("data: ").applied().ends();
    const met = playbook(truncate, { after: "before_finish", inside: "event" }).frame("a").sends("a");
    met.finish().sends("data: f").applied().ends();
    const behind = playbook(truncate, { after: "before_done", inside: "event" }).finish().sends("finish");
    behind.done().sends("data: ter").applied().ends();
  });

  it("ends in the middle of the next character of several bytes, or not at all", () => {
    const book = playbook(truncate, { after: { tokens: 1 }, inside: "character" })
      .frame("a")
      .sends("a");
    book.comment().sends(": ping\n\n").frame("bü").sends("data: b\ufffd").applied().ends();
    const plain = playbook(truncate, { after: { tokens: 1 }, inside: "character" })
      .frame("a")
      .sends("a");
    plain.finish().sends("finish").frame("ü").sends("ü").applied(0).ends();
  });

  it("sends nothing at all at zero", () => {
    playbook(truncate, { after: { tokens: 0 } })
      .frame("a")
      .applied()
      .ends();
  });

  describe("of an unstreamed reply", () => {
    const plain = { call: chatCall() };

    it("cuts at the byte, across chunks", () => {
      const book = playbook(truncate, { after: { bytes: 5 } }, plain)
        .chunk("abc")
        .sends("abc");
      book.chunk("defg").sends("de").applied().ends();
    });

    it("cuts in the middle of the first chunk for every other position", () => {
      for (const after of [{ tokens: 20 }, { events: 9 }, "before_finish", "tool_arguments"]) {
        playbook(truncate, { after }, plain).chunk("abcdef").sends("abc").applied().ends();
      }
    });

    it("ends inside a character", () => {
      playbook(truncate, { inside: "character" }, plain).chunk("abéd").sends("ab\ufffd").applied().ends();
      playbook(truncate, { after: { bytes: 3 }, inside: "character" }, plain)
        .chunk("éb")
        .sends("éb")
        .applied(0)
        .ends();
    });

    it("is not exercised by a body that is shorter", () => {
      playbook(truncate, { after: { bytes: 50 } }, plain)
        .chunk("abc")
        .sends("abc")
        .applied(0)
        .ends();
    });
  });

  it("explains itself", () => {
    const explained = (params: unknown) => truncate.explain(truncate.params.parse(params));
    expect(explained({})).toBe("the reply ends cleanly after 20 tokens, as if it were whole");
    expect(explained({ after: { event: "ping", nth: 2 } })).toContain("after the event ping number 2");
    expect(explained({ inside: "event" })).toContain("in the middle of an event, as if");
    expect(explained({ after: { bytes: 1 } })).toContain("after 1 byte,");
  });
});
