import { statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ExitCode, UserError } from "../core/errors.ts";

/** Refuses before the run what would only be noticed after it: a place that cannot take the file a flag asks for. */
export function checkOutFile(flag: string, path: string): void {
  const folder = dirname(resolve(path));
  const hint = "name a file in a folder that exists";
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UserError(`${flag} ${path}: there is no folder ${folder}`, { hint });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UserError(`${flag} ${path} is a folder`, { hint });
}

/** Writes what was asked for. When the disk says no after all, the run folder has the same. */
export function writeOutFile(flag: string, path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UserError(`${flag} ${path} cannot be written: ${error instanceof Error ? error.message : error}`, {
      hint: "the run folder holds the same file",
      exitCode: ExitCode.broken,
      cause: error,
    });
  }
}
