import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Problem } from "../core/errors.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { CassetteHeader, RecordedExchange } from "./format.ts";
import type { JsonPath } from "./json-path.ts";
import { readPart } from "./read.ts";

/** The views by which a request is looked up, from the strictest to the loosest. */
export const VIEWS = ["exact", "normalised", "shape"] as const;
export type View = (typeof VIEWS)[number];

/** Where one exchange stands, and whether it can be played to its end. */
export interface IndexEntry {
  offset: number;
  length: number;
  /** The caller left in the middle: what came until then is known, and not how it went on. */
  partial: boolean;
}

/** An index of one file. All of it is one block of memory: 52 bytes for an exchange. */
export interface PartIndex {
  header: CassetteHeader;
  count: number;
  entry(ordinal: number): IndexEntry;
  /** The exchanges whose view has this hash, in the order in which they were recorded. */
  find(view: View, hash: string): number[];
}

export interface IndexOptions {
  /** Paths that matching ignores: an index is made for one set of them. */
  ignored: readonly JsonPath[];
  /** The same as they are written. */
  ignoredTexts: readonly string[];
  onProblem?(problem: Problem): void;
  /** A file without a current index is read to its end, which takes a while when it is large. */
  onBuild?(file: string, bytes: number): void;
}

const RECORD = 40;
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
  options.onBuild?.(file, before.size);
  const { header, records, problems } = await readRecords(file, options);
  const table = tableOf(records);
  const stamp = { ...before, ignored: options.ignoredTexts, header, problems, count: records.length };
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

export interface IndexRecord extends IndexEntry {
  hashes: { [name in View]: string };
}

/** For a recorder, which knows at the end what it wrote: its cassette is then never read for an index. */
export function writePartIndex(part: { file: string; header: CassetteHeader; records: readonly IndexRecord[] }): void {
  const { file, header, records } = part;
  const stamp = { ...stateOf(file), ignored: [], header, problems: [], count: records.length };
  store(file, stamp, tableOf(records));
}

/** Nothing is known of a call that was left before any answer. */
export function isPlayable({ reply, end }: RecordedExchange): boolean {
  return reply !== null || end.how === "failed";
}

async function readRecords(file: string, options: IndexOptions) {
  const records: IndexRecord[] = [];
  const problems: Problem[] = [];
  let header: CassetteHeader | undefined;
  const onProblem = (problem: Problem) => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
    options.onProblem?.(problem);
  };
  const onHeader = (found: CassetteHeader) => {
    header = found;
  };
  for await (const { exchange, offset, length } of readPart(file, { onProblem, onHeader })) {
    if (!isPlayable(exchange)) continue;
    records.push({
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

function tableBytes(count: number): number {
  return count * (RECORD + 4 * VIEWS.length);
}

/** The records, then for each view their ordinals in the order of its hash: looked up by halving, without anything built in memory. */
function tableOf(records: readonly IndexRecord[]): Buffer {
  const table = Buffer.alloc(tableBytes(records.length));
  for (const [i, { hashes, offset, length, partial }] of records.entries()) {
    const at = i * RECORD;
    for (const [v, view] of VIEWS.entries()) table.write(hashes[view], at + v * 8, "hex");
    table.writeDoubleLE(offset, at + 24);
    table.writeUInt32LE(length, at + 32);
    table.writeUInt32LE(partial ? 1 : 0, at + 36);
  }
  for (const [v, view] of VIEWS.entries()) {
    const order = Uint32Array.from(records, (_, i) => i);
    const hashes = records.map(({ hashes: all }) => all[view]);
    order.sort((a, b) => compare(hashes[a] ?? "", hashes[b] ?? "") || a - b);
    const start = records.length * (RECORD + 4 * v);
    for (const [i, ordinal] of order.entries()) table.writeUInt32LE(ordinal, start + 4 * i);
  }
  return table;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function indexOf({ header, count }: Stamp, table: Buffer): PartIndex {
  const ordinalAt = (view: number, place: number) => table.readUInt32LE(count * (RECORD + 4 * view) + 4 * place);
  const hashAt = (view: number, place: number) => table.readBigUInt64BE(ordinalAt(view, place) * RECORD + 8 * view);
  return {
    header,
    count,
    entry: (ordinal) => ({
      offset: table.readDoubleLE(ordinal * RECORD + 24),
      length: table.readUInt32LE(ordinal * RECORD + 32),
      partial: table.readUInt32LE(ordinal * RECORD + 36) === 1,
    }),
    find(name, hash) {
      const view = VIEWS.indexOf(name);
      const wanted = BigInt(`0x${hash}`);
      let low = 0;
      for (let high = count; low < high; ) {
        const middle = (low + high) >>> 1;
        if (hashAt(view, middle) < wanted) low = middle + 1;
        else high = middle;
      }
      const found: number[] = [];
      for (let place = low; place < count && hashAt(view, place) === wanted; place++)
        found.push(ordinalAt(view, place));
      return found;
    },
  };
}
