import { closeSync, existsSync, fsync, ftruncateSync, mkdirSync, openSync, write as writeFd } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../core/errors.ts";
import type { CassetteHeader } from "./format.ts";
import { type IndexRecord, IndexTableBuilder } from "./index-table.ts";
import { partPath } from "./part-path.ts";

const writeAsync = promisify(writeFd);
/** Not the synchronous one: streams are running meanwhile. */
const syncAsync = promisify(fsync);

export interface CassetteWriterOptions {
  /** With `%p` for the process id, so that several processes can be started by one command. */
  path: string;
  header: Omit<CassetteHeader, "part">;
  /** A part that has become this large is followed by the next. Default 1 GiB. */
  maxPartBytes?: number;
  onRotate?(file: string): void;
  /** A part is whole and closed: what of it can be looked up, in order. */
  onPart?(part: { file: string; header: CassetteHeader; records: IndexTableBuilder }): void;
  /** Once; afterwards nothing is written any more. What was written stays, without the line that failed. */
  onFailure(error: Error): void;
}

type LookUp = Omit<IndexRecord, "offset" | "length">;

export interface CassetteWriter {
  /** The part that is written now. */
  readonly file: string;
  /** Bytes that were handed in and are not on their way to the disk yet. */
  readonly waitingBytes: number;
  /** In order, and written in order. With what an index needs of the line, if it can be played. False: it has failed before. */
  write(line: string, lookUp?: LookUp): boolean;
  /** When everything is written and synced. */
  close(): Promise<void>;
}

const GIB = 2 ** 30;

/**
 * Creates the file at once, readable by its owner only. An existing one is never written to, so that two processes cannot
 * meet in one. Throws a UserError when it exists or cannot be created; later troubles are told by onFailure.
 */
export function createCassetteWriter(options: CassetteWriterOptions): CassetteWriter {
  return new PartWriter(options);
}

interface Line {
  bytes: Buffer;
  lookUp?: LookUp | undefined;
}

/** Writes one line after the other, in one file after the other; what waits is in the queue. */
class PartWriter implements CassetteWriter {
  file: string;
  waitingBytes = 0;
  readonly #options: CassetteWriterOptions;
  readonly #path: string;
  #part = 1;
  #descriptor: number;
  #queue: Line[] = [];
  #records = new IndexTableBuilder();
  #partBytes = 0;
  #failed = false;
  #writing: Promise<void> | undefined;

  constructor(options: CassetteWriterOptions) {
    this.#options = options;
    this.#path = options.path.replaceAll("%p", String(process.pid));
    this.file = this.#path;
    const second = partPath(this.#path, 2);
    if (existsSync(second)) throw exists(second);
    this.#descriptor = create(this.file);
    this.#push({ bytes: this.#firstLine() });
  }

  write(line: string, lookUp?: LookUp): boolean {
    if (this.#failed) return false;
    this.#push({ bytes: Buffer.from(`${line}\n`), lookUp });
    return true;
  }

  async close(): Promise<void> {
    await this.#writing;
    await syncAsync(this.#descriptor).catch(() => undefined);
    quietly(() => closeSync(this.#descriptor));
    if (!this.#failed) this.#tellPart();
  }

  #push(line: Line): void {
    this.waitingBytes += line.bytes.length;
    this.#queue.push(line);
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined && !this.#failed; next = this.#queue.shift()) {
      try {
        await this.#writeLine(next);
      } catch (error) {
        this.#fail(error);
      }
      this.waitingBytes -= next.bytes.length;
    }
    this.#writing = undefined;
  }

  async #writeLine({ bytes, lookUp }: Line): Promise<void> {
    const { maxPartBytes = GIB } = this.#options;
    if (this.#partBytes > 0 && this.#partBytes + bytes.length > maxPartBytes) await this.#rotate();
    const offset = this.#partBytes;
    await this.#append(bytes);
    if (lookUp !== undefined) this.#records.add({ ...lookUp, offset, length: bytes.length - 1 });
  }

  async #append(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length; )
      done += (await writeAsync(this.#descriptor, bytes, done, bytes.length - done)).bytesWritten;
    this.#partBytes += bytes.length;
  }

  async #rotate(): Promise<void> {
    await syncAsync(this.#descriptor);
    closeSync(this.#descriptor);
    this.#tellPart();
    this.#records = new IndexTableBuilder();
    this.file = partPath(this.#path, ++this.#part);
    this.#descriptor = create(this.file);
    this.#partBytes = 0;
    this.#options.onRotate?.(this.file);
    await this.#append(this.#firstLine());
  }

  #fail(error: unknown): void {
    this.#failed = true;
    this.#queue = [];
    // What is left of a line that did not fit would be torn; everything before it is whole.
    quietly(() => ftruncateSync(this.#descriptor, this.#partBytes));
    this.#options.onFailure(error instanceof Error ? error : new Error(String(error)));
  }

  #tellPart(): void {
    this.#options.onPart?.({ file: this.file, header: this.#header(), records: this.#records });
  }

  #firstLine(): Buffer {
    return Buffer.from(`${JSON.stringify(this.#header())}\n`);
  }

  #header(): CassetteHeader {
    return { ...this.#options.header, part: this.#part };
  }
}

function create(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return openSync(file, "ax", 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST") throw exists(file, error);
    throw new UserError(`the cassette ${file} cannot be created: ${code ?? String(error)}`, {
      hint: "name a place that can be written with --record",
      cause: error,
    });
  }
}

function exists(file: string, cause?: unknown): UserError {
  return new UserError(`${file} exists already; a cassette is never overwritten`, {
    hint: "choose another name; %p in it stands for the process id: --record tape-%p.jsonl",
    cause,
  });
}

/** The disk's last word was told already. */
function quietly(operation: () => void): void {
  try {
    operation();
  } catch {
    // Closing and syncing after a failure may fail as well; there is nothing more to save.
  }
}
