import { closeSync, existsSync, fsync, ftruncateSync, mkdirSync, openSync, write as writeFd } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../core/errors.ts";
import type { CassetteHeader } from "./format.ts";
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
  /** Once; afterwards nothing is written any more. What was written stays, without the line that failed. */
  onFailure(error: Error): void;
}

export interface CassetteWriter {
  /** The part that is written now. */
  readonly file: string;
  /** Bytes that were handed in and are not on their way to the disk yet. */
  readonly waitingBytes: number;
  /** In order, and written in order. False: it has failed before. */
  write(line: string): boolean;
  /** When everything is written and synced. */
  close(): Promise<void>;
}

const GIB = 2 ** 30;

/**
 * Creates the file at once, readable by its owner only. An existing one is never written to, so that two processes cannot
 * meet in one. Throws a UserError when it exists or cannot be created; later troubles are told by onFailure.
 */
export function createCassetteWriter(options: CassetteWriterOptions): CassetteWriter {
  const { header, maxPartBytes = GIB, onRotate, onFailure } = options;
  const path = options.path.replaceAll("%p", String(process.pid));
  if (existsSync(partPath(path, 2))) throw exists(partPath(path, 2));
  let part = 1;
  let file = path;
  let descriptor = create(file);
  let queue: Buffer[] = [Buffer.from(`${JSON.stringify({ ...header, part })}\n`)];
  let waitingBytes = 0;
  let partBytes = 0;
  let failed = false;
  let writing: Promise<void> | undefined;

  const rotate = async () => {
    await syncAsync(descriptor);
    closeSync(descriptor);
    file = partPath(path, ++part);
    descriptor = create(file);
    partBytes = 0;
    onRotate?.(file);
    return Buffer.from(`${JSON.stringify({ ...header, part })}\n`);
  };
  const drain = async () => {
    for (let next = queue.shift(); next !== undefined && !failed; next = queue.shift()) {
      try {
        if (partBytes > 0 && partBytes + next.length > maxPartBytes) await append(await rotate());
        await append(next);
      } catch (error) {
        fail(error);
      }
      waitingBytes = Math.max(0, waitingBytes - next.length);
    }
    writing = undefined;
  };
  const append = async (bytes: Buffer) => {
    for (let done = 0; done < bytes.length; )
      done += (await writeAsync(descriptor, bytes, done, bytes.length - done)).bytesWritten;
    partBytes += bytes.length;
  };
  const fail = (error: unknown) => {
    failed = true;
    queue = [];
    // What is left of a line that did not fit would be torn; everything before it is whole.
    quietly(() => ftruncateSync(descriptor, partBytes));
    onFailure(error instanceof Error ? error : new Error(String(error)));
  };
  const start = () => {
    writing ??= drain();
  };
  start();

  return {
    get file() {
      return file;
    },
    get waitingBytes() {
      return waitingBytes;
    },
    write(line) {
      if (failed) return false;
      const bytes = Buffer.from(`${line}\n`);
      waitingBytes += bytes.length;
      queue.push(bytes);
      start();
      return true;
    },
    async close() {
      await writing;
      await syncAsync(descriptor).catch(() => undefined);
      quietly(() => closeSync(descriptor));
    },
  };
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
