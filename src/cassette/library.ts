import { existsSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { CassetteHeader, RecordedExchange } from "./format.ts";
import { type IndexEntry, type IndexOptions, openPartIndex, type PartIndex, type View } from "./index-file.ts";
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

/** Opens at once where there are indexes. Throws a UserError for what is no cassette, or a newer one. */
export async function openLibrary(path: string, options: IndexOptions): Promise<Library> {
  const parts: PartIndex[] = [];
  const files: FileHandle[] = [];
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
      const bytes = Buffer.allocUnsafe(length);
      const { bytesRead } = (await files[part]?.read(bytes, 0, length, offset)) ?? { bytesRead: 0 };
      return parseIndexed(bytes.toString("utf8", 0, bytesRead));
    },
    close: async () => void (await Promise.all(files.map((file) => file.close()))),
  };
}
