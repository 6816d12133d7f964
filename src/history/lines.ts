import { closeSync, openSync, readSync } from "node:fs";

const CHUNK = 1 << 20;
const LINE_FEED = 0x0a;
/** Far above any event; a longer line is not ours, and holding it could take all memory. */
export const LONGEST_LINE = 16 << 20;

export interface Line {
  /** 1-based. */
  number: number;
  /** Undefined when it is longer than `LONGEST_LINE` bytes. */
  text: string | undefined;
  /** It had its line feed. */
  closed: boolean;
}

/** Reads a file line by line, from a byte offset on, without ever holding all of it: logs can be larger than the longest string. */
export function* linesOf(path: string, from = 0): Generator<Line> {
  const descriptor = openSync(path, "r");
  try {
    yield* split(chunksOf(descriptor, from));
  } finally {
    closeSync(descriptor);
  }
}

function* chunksOf(descriptor: number, from: number): Generator<Buffer> {
  let position = from;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const length = readSync(descriptor, chunk, { position });
    if (length === 0) return;
    position += length;
    yield chunk.subarray(0, length);
  }
}

function* split(chunks: Iterable<Buffer>): Generator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    length += part.length;
    if (length <= LONGEST_LINE) parts.push(part);
    else parts = [];
  };
  const take = (closed: boolean): Line => {
    const text = length > LONGEST_LINE ? undefined : Buffer.concat(parts).toString("utf8");
    parts = [];
    length = 0;
    return { number: number++, text, closed };
  };
  for (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      // Nearly every line lies inside one chunk and needs no copy.
      if (length === 0) yield { number: number++, text: chunk.toString("utf8", from, to), closed: true };
      else {
        add(chunk.subarray(from, to));
        yield take(true);
      }
      from = to + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (length > 0) yield take(false);
}
