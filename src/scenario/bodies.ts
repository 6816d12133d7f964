import { realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { UserError } from "../core/errors.ts";
import { readText } from "./read-text.ts";

/**
 * The bodies of a JSON Lines file beside the app file: a line that is a JSON text is that text, any other is sent as it
 * stands. A string says what is wrong. Nothing outside the app file's folder is read, links included.
 */
export function readBodies(name: string, appFile: string): readonly string[] | string {
  const folder = dirname(resolve(appFile));
  const path = resolve(folder, name);
  if (!isInside(folder, path)) return `${name} is outside the folder of ${appFile}`;
  try {
    const text = readText(path);
    if (!isInside(realpathSync(folder), realpathSync(path))) return `${name} leads outside the folder of ${appFile}`;
    return bodiesIn(text, name);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}

function bodiesIn(text: string, name: string): readonly string[] | string {
  const bodies: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      const value: unknown = JSON.parse(line);
      bodies.push(typeof value === "string" ? value : line.trim());
    } catch {
      return `line ${index + 1} of ${name} is not JSON`;
    }
  }
  return bodies.length === 0 ? `${name} has no bodies` : bodies;
}
