import { closeSync, openSync, readSync } from "node:fs";
import { UserError } from "../core/errors.ts";
import type { CassetteHeader } from "./format.ts";
import { parseHeader } from "./parse.ts";

/** A header is a few hundred bytes; of a file without a line feed no more is read than this. */
const MOST_BYTES = 1 << 20;

/** The header alone, at once. Throws a UserError when there is no such file, when it is no cassette, or when a newer version wrote it. */
export function readCassetteHeader(path: string): CassetteHeader {
  const start = readStart(path);
  const border = start.indexOf(0x0a);
  return parseHeader({ text: start.toString("utf8", 0, border < 0 ? start.length : border) }, path);
}

/** Whether a file's first line is that of a cassette, of whatever version. False also for what cannot be read. */
export function looksLikeCassette(path: string): boolean {
  try {
    return readStart(path).toString("latin1", 0, 4_096).includes('"llm_chaos_cassette"');
  } catch {
    return false;
  }
}

function readStart(path: string): Buffer {
  try {
    const descriptor = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(MOST_BYTES);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, MOST_BYTES, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw cannotRead(path, error);
  }
}

export function cannotRead(file: string, error: unknown): UserError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const message =
    code === "ENOENT" ? `there is no cassette at ${file}` : `the cassette ${file} cannot be read: ${code}`;
  return new UserError(message, { hint: "name a file that --record wrote", cause: error });
}
