import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../core/errors.ts";
import { linesOf } from "./lines.ts";

/** An append-only file of lines. Never throws after it was opened: the first error is kept and told once. */
export interface LineFile {
  /** Queued; written together with everything else of this event-loop tick. Not after a failure. */
  write(line: string): void;
  flush(): void;
  /** The whole lines behind the first `count`, as they stand in the file; read from near that place, not from the beginning. */
  linesAfter(count: number): Iterable<string>;
  /** Flushes, syncs to the disk and closes. Lines that come later are dropped. */
  close(): void;
  readonly failed: Error | undefined;
}

/** One mark for so many lines is enough to begin reading near any of them. */
const LINES_PER_MARK = 1_000;

/**
 * Only the owner can read it, and an existing file or symbolic link is never written to.
 * One `write` per tick, in setImmediate: a killed process loses at most what the running tick had queued,
 * and the data path never waits for the disk inside a callback.
 * `onFailure` gets the lines that may not have been written. Throws UserError when the file cannot be created.
 */
export function openLineFile(path: string, onFailure: (error: Error, lines: readonly string[]) => void): LineFile {
  let descriptor: number | undefined = create(path);
  let queue: string[] = [];
  let failed: Error | undefined;
  let written = { lines: 0, bytes: 0 };
  const marks = [written];

  /** Runs one file operation; after a failure nothing is tried again, so at most the last line is torn. */
  const attempt = (operation: (fd: number) => void, lines: readonly string[] = []) => {
    if (descriptor === undefined || failed !== undefined) return;
    try {
      operation(descriptor);
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      onFailure(failed, lines);
    }
  };
  const flush = () => {
    if (queue.length === 0) return;
    const lines = queue;
    queue = [];
    attempt((fd) => {
      const bytes = Buffer.from(`${lines.join("\n")}\n`, "utf8");
      writeWhole(fd, bytes);
      written = { lines: written.lines + lines.length, bytes: written.bytes + bytes.length };
      if (written.lines - (marks.at(-1)?.lines ?? 0) >= LINES_PER_MARK) marks.push(written);
    }, lines);
  };

  return {
    write(line) {
      if (descriptor === undefined || failed !== undefined) return;
      if (queue.length === 0) setImmediate(flush);
      queue.push(line);
    },
    flush,
    *linesAfter(count) {
      flush();
      const mark = marks.findLast(({ lines }) => lines <= count) ?? { lines: 0, bytes: 0 };
      for (const { number, text, closed } of linesOf(path, mark.bytes)) {
        if (closed && text !== undefined && mark.lines + number > count) yield text;
      }
    },
    close() {
      flush();
      attempt(fsyncSync);
      if (descriptor === undefined) return;
      const fd = descriptor;
      try {
        closeSync(fd);
      } catch (error) {
        attempt(() => {
          throw error;
        });
      }
      descriptor = undefined;
    },
    get failed() {
      return failed;
    },
  };
}

function create(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, "ax", 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === "EEXIST"
      ? new UserError(`${path} exists already; an event log is never overwritten`, {
          hint: "choose another folder with --out",
          cause: error,
        })
      : new UserError(`cannot create the event log ${path}: ${code ?? String(error)}`, {
          hint: "choose a folder that can be written with --out",
          cause: error,
        });
  }
}

/** A short write is what a filling disk looks like: the rest is tried until the error itself comes. */
function writeWhole(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    const count = writeSync(fd, bytes, done, bytes.length - done);
    if (count === 0) throw new Error("the event log takes no more bytes");
    done += count;
  }
}
