import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../core/errors.ts";

/** An append-only file of lines. Never throws after it was opened: the first error is kept and told once. */
export interface LineFile {
  /** Queued; written together with everything else of this event-loop tick. */
  write(line: () => string): void;
  flush(): void;
  /** Flushes, syncs to the disk and closes. Lines that come later are dropped. */
  close(): void;
  readonly failed: Error | undefined;
}

/**
 * Only the owner can read it, and an existing file or symbolic link is never written to.
 * One `write` per tick, in setImmediate: a killed process loses at most what the running tick had queued,
 * and the data path never waits for the disk inside a callback.
 * Throws UserError when the file cannot be created.
 */
export function openLineFile(path: string, onFailure: (error: Error) => void): LineFile {
  let descriptor: number | undefined = create(path);
  let queue: (() => string)[] = [];
  let failed: Error | undefined;

  /** Runs one file operation; after a failure nothing is tried again, so at most the last line is torn. */
  const attempt = (operation: (fd: number) => void) => {
    if (descriptor === undefined || failed !== undefined) return;
    try {
      operation(descriptor);
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
      onFailure(failed);
    }
  };
  const flush = () => {
    if (queue.length === 0) return;
    const lines = queue;
    queue = [];
    attempt((fd) => writeWhole(fd, `${lines.map((line) => line()).join("\n")}\n`));
  };

  return {
    write(line) {
      if (descriptor === undefined || failed !== undefined) return;
      if (queue.length === 0) setImmediate(flush);
      queue.push(line);
    },
    flush,
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
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  let done = 0;
  while (done < bytes.length) {
    const written = writeSync(fd, bytes, done, bytes.length - done);
    if (written === 0) throw new Error("the event log takes no more bytes");
    done += written;
  }
}
