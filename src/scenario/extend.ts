import { basename, resolve } from "node:path";
import { stringify } from "yaml";
import { UserError } from "../core/errors.ts";
import { readYaml, type YamlFile } from "./document.ts";
import { findParent, type Parent } from "./find-parent.ts";
import { isMapValue } from "./normalise.ts";
import { readText } from "./read-text.ts";

/** Never inherited: what a run is called, and what was extended already. */
const OWN: ReadonlySet<string> = new Set(["name", "extends"]);
/** Inherited entry by entry; every other key is taken whole or not at all. */
const MERGED: ReadonlySet<string> = new Set(["vars", "runbook"]);

/** More generations than anybody keeps apart. */
const MOST_FILES = 16;

export interface Extended {
  /** The file's own text, or one with all that it extends. */
  text: string;
  /** Every file that was read, the scenario's own first. */
  files: string[];
}

/**
 * Puts what a scenario extends behind it: each key of the file itself wins, lists and maps replace the inherited ones
 * whole, `vars` and `runbook` are merged. Places lead back to the file in which a value stands. What cannot be found or
 * read is a problem at `extends`. `path` undefined: the text is no file, and can extend presets only.
 */
export function extendScenario(document: YamlFile, path: string | undefined): Extended {
  const own = path === undefined ? [] : [resolve(path)];
  const { source } = document;
  const files = extend(document, { root: path, at: path, files: own });
  if (!isMapValue(document.value) || files.length === own.length) return { text: source, files };
  const { extends: _done, ...whole } = document.value;
  const head = `# As played: ${basename(document.file)}, with all that it starts from.\n`;
  return { text: head + stringify(whole, { lineWidth: 0 }), files };
}

interface Descent {
  /** The scenario that was asked for. */
  root: string | undefined;
  /** The file whose `extends` is looked at. */
  at: string | undefined;
  /** From the scenario down to this one. */
  files: readonly string[];
}

function extend(document: YamlFile, descent: Descent): string[] {
  const { files } = descent;
  const name = isMapValue(document.value) ? document.value["extends"] : undefined;
  if (typeof name !== "string") return [...files];
  try {
    const parent = findParent(name, descent);
    if (files.includes(parent.path)) throw cycle(files, parent);
    if (files.length >= MOST_FILES) throw new UserError(`extends goes on over more than ${MOST_FILES} files`);
    const inherited = readYaml(readText(parent.path), parent.shown);
    if (!isMapValue(inherited.value)) inherited.problems.add(0, "the file must be a map");
    const all = extend(inherited, { ...parent.from, files: [...files, parent.path] });
    inherit(document, inherited);
    return all;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    document.problems.add(document.places.valueAt(["extends"]), error.message, { hint: error.hint });
    // Half a scenario would be complained about all over.
    document.readable = false;
    return [...files];
  }
}

function cycle(files: readonly string[], { path, shown }: Parent): UserError {
  const around = files.length - files.indexOf(path);
  return new UserError(around === 1 ? "a scenario cannot extend itself" : `${shown} extends this file in turn`, {
    hint: "one of them must stand on its own",
  });
}

/** The parent's text stands behind the child's, one character apart, so that one offset tells file, line and column. */
function inherit(child: YamlFile, parent: YamlFile): void {
  const shift = child.source.length + 1;
  child.problems.absorb(parent.problems, shift);
  child.source = `${child.source}\n${parent.source}`;
  child.readable &&= parent.readable;
  if (!isMapValue(parent.value) || !isMapValue(child.value)) return;
  const { value, places } = child;
  const merged: Record<string, unknown> = { ...value };
  for (const [key, inherited] of Object.entries(parent.value)) {
    if (OWN.has(key)) continue;
    const own = value[key];
    if (!Object.hasOwn(value, key)) {
      merged[key] = inherited;
      places.adopt([key], parent.places, shift);
    } else if (MERGED.has(key) && isMapValue(own) && isMapValue(inherited)) {
      merged[key] = { ...inherited, ...own };
      const others = Object.keys(inherited).filter((inner) => !Object.hasOwn(own, inner));
      for (const inner of others) places.adopt([key, inner], parent.places, shift);
    }
  }
  child.value = merged;
}
