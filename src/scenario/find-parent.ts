import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.ts";
import { didYouMean } from "../core/text.ts";

/** Shipped with the package, two folders up both in the sources and in what is built. */
const PRESETS = fileURLToPath(new URL("../../scenarios/presets/", import.meta.url));
const ENDING = ".yaml";

/** A scenario that another one extends. */
export interface Parent {
  path: string;
  /** As messages name it. */
  shown: string;
  /** Where its own `extends` is looked up from. */
  from: { root: string | undefined; at: string | undefined };
}

/** The names of the shipped presets. */
export function presetNames(): string[] {
  return readdirSync(PRESETS).flatMap((file) => (file.endsWith(ENDING) ? [file.slice(0, -ENDING.length)] : []));
}

/**
 * A bare word is a preset, anything with a slash or an ending a file beside the one that names it. Nothing outside the
 * folder of the scenario that was asked for is read, links included. Throws a UserError.
 */
export function findParent(name: string, { root, at }: { root: string | undefined; at: string | undefined }): Parent {
  if (name.includes("${")) throw new UserError("extends cannot hold a placeholder", { hint: "write the name itself" });
  if (!/[/\\]|\.ya?ml$/.test(name)) return preset(name);
  if (root === undefined || at === undefined) {
    throw new UserError(`"${name}" is a file, and this scenario is none that it could stand beside`, {
      hint: `presets can be extended: ${presetNames().join(", ")}`,
    });
  }
  const folder = dirname(resolve(root));
  const path = resolve(dirname(at), name);
  const outside = new UserError(`${name} is outside the scenario's folder (${folder})`, {
    hint: "move it beside the scenario or below",
  });
  if (isAbsolute(name) || !isInside(folder, path)) throw outside;
  const shown = join(dirname(at), name);
  if (!existsSync(path)) throw new UserError(`${shown} does not exist`);
  if (!isInside(realpathSync(folder), realpathSync(path))) throw outside;
  return { path, shown, from: { root, at: shown } };
}

function preset(name: string): Parent {
  const names = presetNames();
  const path = join(PRESETS, `${name}${ENDING}`);
  if (names.includes(name)) return { path, shown: path, from: { root: path, at: path } };
  const near = didYouMean(name, names);
  const hint =
    near === undefined ? `the presets are ${names.join(", ")}; a file needs its ending` : `did you mean ${near}?`;
  throw new UserError(`there is no preset "${name}"`, { hint });
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && !way.startsWith("..") && !isAbsolute(way);
}
