import { readFileSync, statSync } from "node:fs";
import { UserError } from "../core/errors.ts";

/** A scenario of 1 MiB is a mistake or an attack. */
export const LARGEST_FILE = 1_048_576;

/** The text of a file, or a UserError that says why not. `most` bytes: a file that we wrote ourselves may be larger. */
export function readText(path: string, most = LARGEST_FILE): string {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new UserError(`${path} is not a file`);
    if (stat.size > most) throw tooLarge(path, stat.size, most);
    return decode(readFileSync(path), path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") throw new UserError(`${path} does not exist`);
    if (code === "EACCES" || code === "EPERM") throw new UserError(`${path} cannot be read: permission denied`);
    throw new UserError(`${path} cannot be read (${code ?? "unknown error"})`, { cause: error });
  }
}

/** Refuses a text that was handed in and is larger than a file may be. */
export function boundText(text: string, name: string): string {
  if (text.length > LARGEST_FILE) throw tooLarge(name, text.length, LARGEST_FILE);
  return text;
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${path} is not UTF-8 text`);
  }
}

function tooLarge(path: string, size: number, most: number): UserError {
  return new UserError(`${path} is too large (${size} bytes; the most is ${most})`);
}
