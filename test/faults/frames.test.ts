import { describe, expect, it } from "vitest";
import { NO_MEANING, type StreamFrame } from "../../src/core/dialect.ts";
import { dropFrame } from "../../src/faults/drop_frame.ts";
import { duplicateFrame } from "../../src/faults/duplicate_frame.ts";
import { malformedChunk } from "../../src/faults/malformed_chunk.ts";
import { chatCall, textOf } from "../support/openai.ts";
import { newStage, plan, playbook, startingPosition } from "../support/playbook.ts";

const array = { call: { ...chatCall({ stream: true }), framing: "json_array" as const } };

/** An element of a streamed array. */
function element(text: string): StreamFrame {
  const data = text.replace(/^[[,]\s*/, "");
  return { bytes: new TextEncoder().encode(text), arrivedMs: 0, event: undefined, data, whole: true };
}

function sentOf(fault: Parameters<typeof newStage>[0], params: object, frame: StreamFrame): string[] {
  const steps = newStage(fault, params, array).onFrame(frame, { ...NO_MEANING, tokens: 1 }, startingPosition());
  return steps.flatMap((step) => (step.do === "send" ? [textOf(step.bytes)] : []));
}

describe("malformed_chunk", () => {
  it("breaks the JSON of the event behind the position, and no other", () => {
    const book = playbook(malformedChunk, { after: { tokens: 2 } })
      .frame("a b")
      .sends("a b");
    book.comment().sends(": ping\n\n").frame('{"b":"cd"}').sends('data: {"b":\n\n').applied();
    book.frame("e").sends("e").finish().sends("finish").applied(1).ends();
  });

  it("keeps the event's name and meets the finish only where it is named", () => {
    playbook(malformedChunk, { after: { tokens: 1 } })
      .frame("a")
      .sends("a")
      .finish()
      .sends("finish")
      .done()
      .sends("terminator")
      .applied(0);
    const named = playbook(malformedChunk, { after: "before_finish" }).frame("a").sends("a");
    named.finish().sends("data: fin\n\n").applied().done().sends("terminator").ends();
    const frame = { ...element("{}"), event: "{}", bytes: new TextEncoder().encode("event: {}\ndata: {}\n\n") };
    expect(sentOf(malformedChunk, { after: { events: 0 } }, frame)).toEqual(["event: {}\ndata: {\n\n"]);
  });

  it("leaves binary frames alone, whose checksums would be wrong", () => {
    const frame = {
      ...element('{"a":1}'),
      bytes: Uint8Array.from([0, 0, 0, 9, ...new TextEncoder().encode('{"a":1}')]),
    };
    const steps = newStage(malformedChunk, { after: { events: 0 } }).onFrame(frame, NO_MEANING, startingPosition());
    expect(steps).toEqual([{ do: "send", bytes: frame.bytes }]);
  });

  it("does not apply where nothing streams, and leaves an unstreamed reply alone", () => {
    expect(plan(malformedChunk, {}, { call: chatCall() })).toEqual([]);
    playbook(malformedChunk, { after: { bytes: 1 } })
      .chunk("{}")
      .sends("{}")
      .chunk("{}")
      .sends("{}")
      .applied(0)
      .ends();
  });
});

describe("duplicate_frame", () => {
  it("sends one event twice", () => {
    const book = playbook(duplicateFrame, { after: { tokens: 1 } })
      .frame("a")
      .sends("a");
    book.frame("b").sends("b").sends("b").applied().frame("c").sends("c").ends();
  });

  it("repeats an element of an array as an element", () => {
    expect(sentOf(duplicateFrame, { after: { events: 0 } }, element('[{"a":1}'))).toEqual(['[{"a":1}', ',\r\n{"a":1}']);
  });
});

describe("drop_frame", () => {
  it("loses one event", () => {
    const book = playbook(dropFrame, { after: { events: 1 } })
      .frame("a")
      .sends("a");
    book.frame("b").sendsNothing().applied().frame("c").sends("c").finish().sends("finish").ends();
  });

  it("never loses the bracket that opens an array", () => {
    expect(sentOf(dropFrame, { after: { events: 0 } }, element('[{"a":1}'))).toEqual(['[{"a":1}']);
    expect(sentOf(dropFrame, { after: { events: 0 } }, element(',{"a":1}'))).toEqual([]);
  });
});
