import { type FileHandle, open } from "node:fs/promises";

const CHUNK = 1 << 20;
const LINE_FEED = 0x0a;

/** No recorder writes a longer line; a longer one is not ours, and holding it could take all memory. */
export const LONGEST_LINE = 128 << 20;

export interface FileLine {
  /** 1-based. */
  number: number;
  /** Where it begins in the file, and how long it is without its line feed, in bytes. */
  offset: number;
  length: number;
  /** Undefined when it is longer than the bound. */
  text: string | undefined;
  /** It had its line feed. */
  closed: boolean;
}

/** The lines of a file, one at a time, without ever holding more than the bound (default LONGEST_LINE). */
export async function* linesOf(path: string, bound = LONGEST_LINE): AsyncGenerator<FileLine> {
  const file = await open(path, "r");
  try {
    const cutter = createCutter(bound);
    for await (const chunk of chunksOf(file)) yield* cutter.push(chunk);
    yield* cutter.end();
  } finally {
    await file.close();
  }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function createCutter(bound: number) {
  let number = 1;
  let offset = 0;
  let length = 0;
  let parts: Buffer[] = [];
  const add = (part: Buffer) => {
    length += part.length;
    if (length <= bound) parts.push(part);
    else parts = [];
  };
  const take = (closed: boolean): FileLine => {
    const text = length > bound ? undefined : Buffer.concat(parts).toString("utf8");
    const line = { number: number++, offset, length, text, closed };
    offset += length + 1;
    length = 0;
    parts = [];
    return line;
  };
  return {
    *push(chunk: Buffer): Generator<FileLine> {
      let from = 0;
      for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
        add(chunk.subarray(from, to));
        yield take(true);
        from = to + 1;
      }
      if (from < chunk.length) add(chunk.subarray(from));
    },
    *end(): Generator<FileLine> {
      if (length > 0) yield take(false);
    },
  };
}
