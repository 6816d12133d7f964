import { realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { UserError } from "../core/errors.ts";
import { readText } from "./read-text.ts";

/**
 * The text of a file that another file names, relative to that file's folder; a problem says what is wrong. Nothing outside
 * of that folder is read, links included.
 */
export function readBeside(name: string, namedIn: string): { text: string; path: string } | { problem: string } {
  const folder = dirname(resolve(namedIn));
  const path = resolve(folder, name);
  if (!isInside(folder, path)) return { problem: `${name} is outside the folder of ${namedIn}` };
  try {
    const text = readText(path);
    if (isInside(realpathSync(folder), realpathSync(path))) return { text, path };
    return { problem: `${name} leads outside the folder of ${namedIn}` };
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message };
    throw error;
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}
