import { existsSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { CassetteHeader, RecordedExchange } from "./format.ts";
import { type IndexOptions, openPartIndex, type PartIndex } from "./index-file.ts";
import type { IndexEntry, View } from "./index-table.ts";
import { parseIndexed } from "./parse.ts";
import { partPath } from "./part-path.ts";

/** One recording, found by a look-up. */
export interface Found extends IndexEntry {
  part: number;
}

/** A cassette that is open for reading here and there, with all parts of its recording. */
export interface Library {
  /** Of the first part. */
  header: CassetteHeader;
  /** Exchanges that can be played. */
  count: number;
  /** In the order in which they were recorded. */
  find(view: View, hash: string): Found[];
  /** The first ones, up to so many. */
  first(count: number): Found[];
  /** Rejects when the file is not what it was when it was opened. */
  read(found: Found): Promise<RecordedExchange>;
  close(): Promise<void>;
}

/**
 * Lines up to this are read within the call, without a thread: a line that the system has in memory, as nearly all of them,
 * is there in 3 µs, while the way through the pool of threads took 50 µs of processor time, a fifth of a replayed call.
 */
const READ_AT_ONCE = 256 << 10;

/** Opens at once where there are indexes. Throws a UserError for what is no cassette, or a newer one. */
export async function openLibrary(path: string, options: IndexOptions): Promise<Library> {
  const parts: PartIndex[] = [];
  const files: FileHandle[] = [];
  /** For one line at a time, which is a text before the next is read. */
  const shared = Buffer.allocUnsafeSlow(READ_AT_ONCE);
  for (let part = 1; part === 1 || existsSync(partPath(path, part)); part++) {
    const index = await openPartIndex(partPath(path, part), options);
    // Left behind by an earlier recording of the same name.
    if (index.header.recording !== (parts[0] ?? index).header.recording) break;
    parts.push(index);
    files.push(await open(partPath(path, part), "r"));
  }
  const [first] = parts;
  if (first === undefined) throw new Error("a cassette has at least one part");
  return {
    header: first.header,
    count: parts.reduce((sum, { count }) => sum + count, 0),
    find: (view, hash) =>
      parts.flatMap((index, part) => index.find(view, hash).map((ordinal) => ({ part, ...index.entry(ordinal) }))),
    first: (count) =>
      parts
        .flatMap((index, part) =>
          Array.from({ length: Math.min(count, index.count) }, (_, ordinal) => ({ part, ...index.entry(ordinal) })),
        )
        .slice(0, count),
    async read({ part, offset, length }) {
      const file = files[part];
      if (file === undefined) throw new Error("a recording stands in a part that was opened");
      if (length <= READ_AT_ONCE) {
        return parseIndexed(shared.toString("utf8", 0, readSync(file.fd, shared, 0, length, offset)));
      }
      const bytes = Buffer.allocUnsafe(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return parseIndexed(bytes.toString("utf8", 0, bytesRead));
    },
    close: async () => void (await Promise.all(files.map((file) => file.close()))),
  };
}
