import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CutFrame } from "../../src/core/dialect.ts";
import { createJsonArraySplitter } from "../../src/sse/index.ts";

function split(chunks: readonly (string | Uint8Array)[], maxFrameBytes?: number): CutFrame[] {
  const splitter = createJsonArraySplitter(maxFrameBytes);
  const frames = chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))]);
  return [...frames, ...splitter.end()];
}

const joined = (frames: readonly CutFrame[]) => Buffer.concat(frames.map(({ bytes }) => bytes));
const dataOf = (frames: readonly CutFrame[]) => frames.map(({ data }) => data);

/** The bytes in chunks that end at these places. */
function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length])];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

const element = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 3 })) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
);
const blank = fc.constantFrom("", "\n", "\r\n", "  ", "\t\n");
const stream = fc
  .tuple(fc.array(fc.tuple(element, blank, blank), { maxLength: 6 }), blank, fc.constantFrom(0, 2))
  .map(([parts, end, indent]) => {
    const values = parts.map(([value]) => JSON.stringify(value, null, indent));
    const text = parts.map(([, before, after], i) => `${i === 0 ? "" : `${before},${after}`}${values[i]}`).join("");
    return { values, bytes: Buffer.from(`[${text}${end}]`) };
  });

describe("a streamed JSON array", () => {
  it("gives each element with the separator before it, and the closing bracket last", () => {
    const frames = split(['[{\n  "a": 1\n}\n,\r\n{"b":[1,{}]}', "\n]\n"]);
    expect(frames.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
      '[{\n  "a": 1\n}',
      '\n,\r\n{"b":[1,{}]}',
      "\n]",
      "\n",
    ]);
    expect(dataOf(frames)).toEqual(['{\n  "a": 1\n}', '{"b":[1,{}]}', "]", undefined]);
    expect(frames.every(({ whole, event }) => whole && event === undefined)).toBe(true);
  });

  it("hands an element out with its own last byte, not with the next one's first", () => {
    const splitter = createJsonArraySplitter();
    expect(splitter.push(Buffer.from('[{"a":"}]'))).toEqual([]);
    expect(dataOf(splitter.push(Buffer.from('"}')))).toEqual(['{"a":"}]"}']);
  });

  it("does not take brackets and quotes inside strings for its own", () => {
    const values = ['{"a":"]},{\\"[\\\\"}', '["\\\\\\"]"]', '"\\"],["'];
    expect(dataOf(split([`[${values.join(",")}]`]))).toEqual([...values, "]"]);
  });

  it("splits valid arrays into their elements, whatever the cuts", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), ({ values, bytes }, cuts) => {
        const frames = split(cut(bytes, cuts));
        expect(joined(frames).equals(bytes)).toBe(true);
        expect(dataOf(frames)).toEqual([...values, "]"]);
      }),
      { numRuns: 1_500 },
    );
  });

  it("gives the same frames byte by byte", () => {
    fc.assert(
      fc.property(stream, ({ bytes }) => {
        const bytewise = split(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
        expect(bytewise.map(({ bytes }) => Buffer.from(bytes).toString("hex"))).toEqual(
          split([bytes]).map(({ bytes }) => Buffer.from(bytes).toString("hex")),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("loses no byte of anything, and never throws", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.constantFrom(...'[]{},:"\\ \r\nnull-1e9<a>\uFEFF')).map((letters) => Buffer.from(letters.join(""))),
      stream.chain(({ bytes }) => fc.nat(bytes.length).map((end) => bytes.subarray(0, end))),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 8 }), fc.integer({ min: 1, max: 64 }), (all, cuts, most) => {
        expect(joined(split(cut(all, cuts), most)).equals(Buffer.from(all))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("tells a cut element from a whole one", () => {
    expect(split(['[{"a":1},{"b":']).map(({ whole, data }) => [whole, data])).toEqual([
      [true, '{"a":1}'],
      [false, undefined],
    ]);
  });

  it("holds no more than its bound of an element", () => {
    const long = `{"text":"${"x".repeat(5_000)}"}`;
    const chunks = cut(
      Buffer.from(`[${long},{"a":1}]`),
      Array.from({ length: 60 }, (_, i) => i * 97),
    );
    const splitter = createJsonArraySplitter(1_000);
    let held = 0;
    const frames: CutFrame[] = [];
    for (const chunk of chunks) {
      held += chunk.length;
      for (const frame of splitter.push(chunk)) {
        held -= frame.bytes.length;
        frames.push(frame);
      }
      expect(held).toBeLessThanOrEqual(1_000);
    }
    expect(dataOf(frames).filter((data) => data !== undefined)).toEqual(['{"a":1}', "]"]);
  });

  it("reads objects without an array around them, and lets everything else through as it comes", () => {
    expect(dataOf(split(['{"error":{"code":503}}\n{"a":1}']))).toEqual(['{"error":{"code":503}}', '{"a":1}']);
    const page = ["<html>", "<body>{}", "</body>"];
    expect(split(page).map(({ bytes, data }) => [Buffer.from(bytes).toString(), data])).toEqual(
      page.map((part) => [part, undefined]),
    );
  });
});
