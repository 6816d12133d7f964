import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CutFrame } from "../../src/core/dialect.ts";
import { createAwsEventStreamSplitter, decodeAwsMessage, encodeAwsMessage } from "../../src/sse/index.ts";

function split(chunks: readonly Uint8Array[], maxFrameBytes?: number): CutFrame[] {
  const splitter = createAwsEventStreamSplitter(maxFrameBytes);
  return [...chunks.flatMap((chunk) => [...splitter.push(chunk)]), ...splitter.end()];
}

const joined = (frames: readonly CutFrame[]) => Buffer.concat(frames.map(({ bytes }) => bytes));

/** The bytes in chunks that end at these places. */
function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length])];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

const event = (type: string, text: string) => encodeAwsMessage({ ":event-type": type, ":message-type": "event" }, text);

const messages = fc.array(
  fc.tuple(fc.constantFrom("contentBlockDelta", "metadata", "x"), fc.string({ unit: "grapheme", maxLength: 200 })),
  { maxLength: 6 },
);

describe("an AWS event stream", () => {
  it("gives each message with its type and its payload as text", () => {
    const exception = encodeAwsMessage(
      { ":exception-type": "throttlingException", ":message-type": "exception" },
      "{}",
    );
    const error = encodeAwsMessage({ ":error-code": "InternalFailure", ":message-type": "error" }, "");
    const frames = split([Buffer.concat([event("messageStop", '{"ü":"🌤"}'), exception, error])]);
    expect(frames.map(({ event, data, whole }) => [event, data, whole])).toEqual([
      ["messageStop", '{"ü":"🌤"}', true],
      ["throttlingException", "{}", true],
      ["InternalFailure", "", true],
    ]);
  });

  it("is cut into its messages, whatever the chunks", () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 12 }), (told, cuts) => {
        const bytes = Buffer.concat(told.map(([type, text]) => event(type, text)));
        const frames = split(cut(bytes, cuts));
        expect(joined(frames).equals(bytes)).toBe(true);
        expect(frames.map(({ event, data }) => [event, data])).toEqual(told);
      }),
      { numRuns: 500 },
    );
  });

  it("loses no byte of anything, and never throws", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(messages, fc.uint8Array({ maxLength: 40 }))
        .map(([told, rest]) => Buffer.concat([...told.map(([type, text]) => event(type, text)), rest])),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 8 }), fc.integer({ min: 1, max: 256 }), (all, cuts, most) => {
        expect(joined(split(cut(all, cuts), most)).equals(Buffer.from(all))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("hands a message out with its last byte, one by one", () => {
    const bytes = event("messageStop", "{}");
    const splitter = createAwsEventStreamSplitter();
    const given = Array.from(bytes, (_, i) => splitter.push(bytes.subarray(i, i + 1)).length);
    expect(given).toEqual([...Array(bytes.length - 1).fill(0), 1]);
  });

  it("tells what was left when the stream ended inside a message", () => {
    const bytes = event("metadata", '{"usage":{}}');
    const [first, rest] = split([bytes, bytes.subarray(0, 30)]);
    expect(first?.whole).toBe(true);
    expect(rest).toMatchObject({ whole: false, event: undefined, data: undefined });
    expect(rest?.bytes).toHaveLength(30);
  });

  it("reads nothing into a message whose checksum is wrong, and finds the next one", () => {
    const spoiled = Buffer.from(event("messageStop", "{}"));
    spoiled.writeUInt8(spoiled.readUInt8(spoiled.length - 6) ^ 1, spoiled.length - 6);
    const frames = split([Buffer.concat([spoiled, event("metadata", "{}")])]);
    expect(frames.map(({ event, data }) => [event, data])).toEqual([
      [undefined, undefined],
      ["metadata", "{}"],
    ]);
    expect(decodeAwsMessage(spoiled)).toBeUndefined();
  });

  it("holds nothing back of bytes that are no such stream", () => {
    const splitter = createAwsEventStreamSplitter();
    // A length that is possible, but a prelude whose checksum is not: without it 64 KiB would be waited for.
    const text = Buffer.from('\0\x01\0\0 {"message":"no event stream"}');
    expect(splitter.push(text.subarray(0, 5))).toEqual([]);
    expect(joined(splitter.push(text.subarray(5))).equals(text)).toBe(true);
    expect(joined(splitter.push(text)).equals(text)).toBe(true);
    expect(splitter.end()).toEqual([]);
  });

  it("does not hold a message above the bound, and reads the one behind it", () => {
    const large = event("contentBlockDelta", "x".repeat(5_000));
    const frames = split(cut(Buffer.concat([large, event("metadata", "{}")]), [1_000, 2_000, 3_000]), 1_024);
    expect(frames.slice(0, -1).every(({ event, data }) => event === undefined && data === undefined)).toBe(true);
    expect(frames.map(({ whole }) => whole)).toEqual([false, false, true, true]);
    expect(frames.at(-1)).toMatchObject({ event: "metadata", data: "{}" });
  });
});
