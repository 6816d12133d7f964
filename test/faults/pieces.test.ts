import { describe, expect, it } from "vitest";
import { NO_MEANING } from "../../src/core/dialect.ts";
import { mergeFrames } from "../../src/faults/merge_frames.ts";
import { splitFrames } from "../../src/faults/split_frames.ts";
import { chatCall, textOf } from "../support/openai.ts";
import { newStage, plan, playbook, startingPosition } from "../support/playbook.ts";

describe("split_frames", () => {
  it("sends the same bytes in pieces of the sizes, in turn", () => {
    const book = playbook(splitFrames, { sizes: [3, 6] }).frame("a");
    book.sends("dat").waits(0).sends("a: a\n\n").applied();
    book.frame("b").sends("dat").waits(0).sends("a: b\n\n").applied(1).ends();
  });

  it("cuts inside a character", () => {
    const stage = newStage(splitFrames, { sizes: [7, 1] });
    const bytes = new TextEncoder().encode("data: é\n\n");
    const frame = { bytes, arrivedMs: 0, event: undefined, data: "é", whole: true };
    const [, first] = stage.onFrame(frame, NO_MEANING, startingPosition());
    expect(first).toEqual({ do: "send", bytes: bytes.subarray(0, 7) });
    expect(textOf(bytes.subarray(0, 7))).toContain("\ufffd");
  });

  it("begins behind the position, and splits an unstreamed body too", () => {
    const book = playbook(splitFrames, { sizes: [4], after: { tokens: 1 } })
      .frame("a")
      .sends("a");
    book.frame("b").sends("data").waits(0).sends(": b\n").waits(0).sends("\n").applied().ends();
    playbook(splitFrames, { sizes: [1] }, { call: chatCall() })
      .chunk("ab")
      .sends("a")
      .waits(0)
      .sends("b")
      .ends();
  });

  it("is not exercised by pieces that are larger than every event", () => {
    playbook(splitFrames, { sizes: [100] })
      .frame("a")
      .sends("a")
      .applied(0)
      .ends();
    expect(splitFrames.params.safeParse({ sizes: [0] }).success).toBe(false);
    expect(splitFrames.params.safeParse({ sizes: [] }).success).toBe(false);
  });
});

describe("merge_frames", () => {
  it("sends events in groups", () => {
    const book = playbook(mergeFrames, { sizes: [2, 1] })
      .frame("a")
      .sendsNothing()
      .frame("b");
    book.sends("data: a\n\ndata: b\n\n").applied().frame("c").sends("c").frame("d").sendsNothing();
    book.done().sends("data: d\n\ndata: terminator\n\n").applied(1).ends();
  });

  it("keeps nothing back when the upstream ends first, or when it is taken out", () => {
    const stage = newStage(mergeFrames, { sizes: [9] });
    const bytes = new TextEncoder().encode("data: a\n\n");
    const frame = { bytes, arrivedMs: 0, event: undefined, data: "a", whole: true };
    expect(stage.onFrame(frame, NO_MEANING, startingPosition())).toEqual([]);
    expect(stage.onEnd?.(startingPosition())).toEqual([{ do: "send", bytes }]);
    stage.onFrame(frame, NO_MEANING, startingPosition());
    expect(stage.flush?.()).toEqual(bytes);
    expect(stage.flush?.()).toHaveLength(0);
  });

  it("bounds what it keeps back", () => {
    const large = "x".repeat(300_000);
    playbook(mergeFrames, { sizes: [1_000] })
      .frame(large)
      .sends(large);
  });

  it("leaves an unstreamed reply alone", () => {
    playbook(mergeFrames, {}).chunk("{").sends("{").chunk("}").sends("}").applied(0).ends();
    expect(plan(mergeFrames, {}, { call: chatCall() })).toEqual([]);
  });
});
