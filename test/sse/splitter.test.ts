import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSplitter, type FrameKind, readEvent, sseFrame } from "../../src/sse/index.ts";

interface Piece {
  bytes: Buffer;
  kind: FrameKind;
}

function split(chunks: readonly Uint8Array[], maxFrameBytes?: number): Piece[] {
  const pieces: Piece[] = [];
  const splitter = createSplitter({
    onFrame: (bytes, kind) => pieces.push({ bytes: Buffer.from(bytes), kind }),
    ...(maxFrameBytes === undefined ? {} : { maxFrameBytes }),
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return pieces;
}

const texts = (pieces: Piece[]) => pieces.map(({ bytes }) => bytes.toString());
const meanings = (pieces: Piece[]) =>
  pieces.map(({ bytes, kind }) => readEvent(bytes, kind !== "rest")).filter(({ data }) => data !== undefined);

/** Cuts at the given places (any order, repeated ones give empty chunks). */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...places].sort((a, b) => a - b);
  return [0, ...sorted].map((from, i) => bytes.subarray(from, sorted[i] ?? bytes.length));
}

const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const line = fc.oneof(
  fc.constantFrom(
    "data: a",
    "data:",
    "data: é🌍漢",
    ": ping",
    "event: done",
    "id: 7",
    "retry: 5",
    "nonsense",
    "\uFEFFdata: b",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => `data: ${text.replace(/[\r\n]/g, "")}`),
);
const stream = fc
  .tuple(fc.constantFrom("", "\uFEFF"), fc.array(fc.tuple(fc.oneof(line, fc.constant("")), lineEnd), { maxLength: 14 }))
  .map(([bom, lines]) => Buffer.from(bom + lines.map(([text, end]) => text + end).join("")));

describe("splitter", () => {
  it("closes a frame at a blank line of any kind", () => {
    expect(texts(split([Buffer.from("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n: e\r\n\nrest")]))).toEqual([
      "data: a\n\n",
      "data: b\r\n\r\n",
      "data: c\r\r",
      "data: d\n\r\n",
      ": e\r\n\n",
      "rest",
    ]);
  });

  it("gives blank lines in front of a frame to that frame", () => {
    expect(texts(split([Buffer.from("\n\r\ndata: a\n\n\n\ndata: b\n\n")]))).toEqual([
      "\n\r\ndata: a\n\n",
      "\n\ndata: b\n\n",
    ]);
  });

  it("hands a frame out with its last byte, also when that is a CR", () => {
    const seen: string[] = [];
    const splitter = createSplitter({ onFrame: (bytes) => seen.push(Buffer.from(bytes).toString()) });
    splitter.push(Buffer.from("data: a\r\n\r"));
    expect(seen).toEqual(["data: a\r\n\r"]);
    splitter.push(Buffer.from("\ndata: b\r\n\r\n"));
    expect(seen[1]).toBe("\ndata: b\r\n\r\n");
  });

  it("loses and doubles no byte, whatever the cuts", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 20 }), (bytes, places) => {
        const cuts = places.map((place) => Math.min(place, bytes.length));
        expect(Buffer.concat(split(cutAt(bytes, cuts)).map((piece) => piece.bytes))).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it("means the same at every single cut and byte by byte", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const uncut = meanings(split([bytes]));
        for (let place = 0; place <= bytes.length; place++) {
          expect(meanings(split(cutAt(bytes, [place])))).toEqual(uncut);
        }
        expect(meanings(split([...bytes].map((byte) => Uint8Array.of(byte))))).toEqual(uncut);
      }),
      { numRuns: 150 },
    );
  });

  it("finds as many frames as a plain reading of the lines", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const lines = bytes.toString().split(/\r\n|\n|\r/);
        let frames = 0;
        let open = false;
        for (const text of lines.slice(0, -1)) {
          if (text !== "") open = true;
          else if (open) {
            frames++;
            open = false;
          }
        }
        expect(split([bytes]).filter(({ kind }) => kind === "whole")).toHaveLength(frames);
      }),
    );
  });

  it("does not hold a frame above the bound: its pieces come at once, without data", () => {
    const big = Buffer.from(`data: ${"x".repeat(50)}\n\n`);
    const pieces = split([Buffer.from("data: a\n\n"), ...cutAt(big, [10, 20, 30]), Buffer.from("data: b\n\n")], 16);
    expect(pieces.map(({ kind }) => kind)).toEqual(["whole", "piece", "piece", "last_piece", "whole"]);
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).includes(big)).toBe(true);
    expect(pieces.slice(1, 4).map(({ bytes, kind }) => sseFrame(bytes, kind, 0).data)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("costs no more than its size when a large frame comes byte by byte", () => {
    const bytes = Buffer.from(`data: ${"x".repeat(300_000)}\n\n`);
    const startedAt = performance.now();
    const [frame] = split([...bytes].map((_, i) => bytes.subarray(i, i + 1)));
    expect(frame?.bytes.equals(bytes)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe("reading a frame", () => {
  it("joins data lines and keeps the event's name", () => {
    expect(readEvent(Buffer.from("event: delta\ndata: 1\ndata: 2\n\n"), true)).toEqual({
      event: "delta",
      data: "1\n2",
    });
  });

  it("has no data for a comment, and nothing left over for the next frame", () => {
    expect(readEvent(Buffer.from(": ping\n\n"), true).data).toBeUndefined();
    expect(readEvent(Buffer.from("data: left over\n"), true).data).toBeUndefined();
    expect(readEvent(Buffer.from("data: new\n\n"), true).data).toBe("new");
  });

  it("reads a frame that was cut before its blank line, and says that it is not whole", () => {
    expect(sseFrame(Buffer.from("data: {}"), "rest", 3)).toMatchObject({ data: "{}", whole: false, arrivedMs: 3 });
  });

  it("takes a BOM in front of the first frame", () => {
    expect(readEvent(Buffer.from("\uFEFFdata: a\n\n"), true).data).toBe("a");
  });
});
