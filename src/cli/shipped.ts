import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.ts";
import { didYouMean } from "../core/text.ts";

/** Shipped with the package, two folders up both in the sources and in what is built. */
const SHIPPED_SCENARIOS = fileURLToPath(new URL("../../scenarios/", import.meta.url));

/**
 * The file that a scenario argument means: itself; else the shipped one of that name, as `list scenarios` prints it, with or without
 * folder and ending (`tpm-storm`, `walls/openai`), so that an installed llm-chaos plays its own scenarios from any folder. Throws a
 * UserError when there is neither.
 */
export function findScenario(path: string): string {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isFile() === true) return path;
  const [, name = ""] = /^(?:\.\/)?(?:scenarios\/)?([\w./-]+?)(?:\.ya?ml)?$/.exec(path) ?? [];
  const names = shippedScenarios();
  if (names.includes(name)) return shippedPath(name);
  // A folder, for one, which is told by who reads it.
  if (there !== undefined) return path;
  const meant = didYouMean(name, names);
  throw new UserError(`${path} does not exist`, {
    hint:
      meant === undefined
        ? "llm-chaos init writes a first scenario; llm-chaos list scenarios names those that ship"
        : `did you mean the shipped ${meant}?`,
  });
}

export function shippedPath(name: string): string {
  return `${SHIPPED_SCENARIOS}${name}.yaml`;
}

/** As `tpm-storm` or `walls/openai`: those at the top first, then folder by folder. */
export function shippedScenarios(): string[] {
  return readdirSync(SHIPPED_SCENARIOS, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.replaceAll("\\", "/").slice(0, -".yaml".length))
    .sort(byFolder);
}

function byFolder(a: string, b: string): number {
  return a.split("/").length - b.split("/").length || (a < b ? -1 : 1);
}
