import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Problem } from "../core/errors.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { CassetteHeader, RecordedExchange } from "./format.ts";
import { type IndexTable, IndexTableBuilder, readTable, tableBytes } from "./index-table.ts";
import type { JsonPath } from "./json-path.ts";
import { readPart } from "./read.ts";

/** An index of one file, all of it one block of memory. */
export interface PartIndex extends IndexTable {
  header: CassetteHeader;
  count: number;
}

export interface IndexOptions {
  /** Paths that matching ignores: an index is made for one set of them. */
  ignored: readonly JsonPath[];
  /** The same as they are written. */
  ignoredTexts: readonly string[];
  onProblem?(problem: Problem): void;
  /** A file without a current index is read to its end, which takes a while when it is large. Called at 0 and after every 512 MiB. */
  onBuild?(file: string, read: { bytes: number; of: number }): void;
}

const TELL_EVERY_BYTES = 512 << 20;
const HEAD_BYTES = 64 << 10;
const VERSION = 1;

interface Stamp {
  llm_chaos_index: number;
  size: number;
  mtime_ms: number;
  head: string;
  ignored: readonly string[];
  header: CassetteHeader;
  problems: Problem[];
  count: number;
}

/** Reads the index beside a cassette (`tape.jsonl.index`); makes it, and keeps it where that is allowed, when there is none for the file as it is now. */
export async function openPartIndex(file: string, options: IndexOptions): Promise<PartIndex> {
  const stored = readStored(file, options.ignoredTexts);
  if (stored !== undefined) {
    for (const problem of stored.stamp.problems) options.onProblem?.({ ...problem, file });
    return indexOf(stored.stamp, stored.table);
  }
  const before = stateOf(file);
  const { header, records, problems } = await readRecords(file, before.size, options);
  const table = records.finish();
  const stamp = { ...before, ignored: options.ignoredTexts, header, problems, count: records.count };
  store(file, stamp, table);
  return indexOf(stamp, table);
}

function indexPath(file: string): string {
  return `${file}.index`;
}

/** What tells whether a file has changed since. The head too: a copy keeps neither, an edit in place may keep the size. */
function stateOf(file: string): Pick<Stamp, "llm_chaos_index" | "size" | "mtime_ms" | "head"> {
  const descriptor = openSync(file, "r");
  try {
    const { size, mtimeMs } = fstatSync(descriptor);
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    readSync(descriptor, head, 0, head.length, 0);
    return {
      llm_chaos_index: VERSION,
      size,
      mtime_ms: mtimeMs,
      head: createHash("sha256").update(head).digest("hex"),
    };
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined: there is none, or it is not of this file. It is a cache: whatever is wrong with it, it is made again. */
function readStored(file: string, ignored: readonly string[]): { stamp: Stamp; table: Buffer } | undefined {
  try {
    const bytes = readFileSync(indexPath(file));
    const border = bytes.indexOf(0x0a);
    const stamp: Stamp = JSON.parse(bytes.toString("utf8", 0, border));
    const now = stateOf(file);
    const same =
      (["llm_chaos_index", "size", "mtime_ms", "head"] as const).every((name) => stamp[name] === now[name]) &&
      JSON.stringify(stamp.ignored) === JSON.stringify(ignored);
    const table = bytes.subarray(border + 1);
    return same && table.length === tableBytes(stamp.count) ? { stamp, table } : undefined;
  } catch {
    return undefined;
  }
}

function store(file: string, stamp: Stamp, table: Buffer): void {
  const draft = `${indexPath(file)}.${process.pid}.part`;
  try {
    writeFileSync(draft, Buffer.concat([Buffer.from(`${JSON.stringify(stamp)}\n`), table]), { mode: 0o600 });
    renameSync(draft, indexPath(file));
  } catch {
    // A folder that cannot be written: the next start reads the file again.
    rmSync(draft, { force: true });
  }
}

/** For a recorder, which knows at the end what it wrote: its cassette is then never read for an index. */
export function writePartIndex(part: { file: string; header: CassetteHeader; records: IndexTableBuilder }): void {
  const { file, header, records } = part;
  const stamp = { ...stateOf(file), ignored: [], header, problems: [], count: records.count };
  store(file, stamp, records.finish());
}

/** Nothing is known of a call that was left before any answer. */
export function isPlayable({ reply, end }: RecordedExchange): boolean {
  return reply !== null || end.how === "failed";
}

async function readRecords(file: string, of: number, options: IndexOptions) {
  const records = new IndexTableBuilder();
  const problems: Problem[] = [];
  let header: CassetteHeader | undefined;
  const onProblem = (problem: Problem) => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
    options.onProblem?.(problem);
  };
  const onHeader = (found: CassetteHeader) => {
    header = found;
  };
  options.onBuild?.(file, { bytes: 0, of });
  let told = 0;
  for await (const { exchange, offset, length } of readPart(file, { onProblem, onHeader })) {
    if (offset - told >= TELL_EVERY_BYTES) {
      told = offset;
      options.onBuild?.(file, { bytes: offset, of });
    }
    if (!isPlayable(exchange)) continue;
    records.add({
      offset,
      length,
      partial: exchange.end.how === "client_left",
      hashes: hashesOf(exchange, options.ignored),
    });
  }
  if (header === undefined) throw new Error("a cassette was read without its header");
  return { header, records, problems };
}

const MOST_PROBLEMS = 100;

/** Made again from the request: people edit cassettes, and what is to be ignored differs. */
function hashesOf({ request, model, stream }: RecordedExchange, ignored: readonly JsonPath[]) {
  const body = "text" in request.body ? request.body.text : request.body.base64;
  return fingerprintOf({ path: request.path, model, stream, body }, ignored);
}

function indexOf({ header, count }: Stamp, table: Buffer): PartIndex {
  return { header, count, ...readTable(table, count) };
}
