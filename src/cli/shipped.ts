import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.ts";

/** Shipped with the package, two folders up both in the sources and in what is built. */
export const SHIPPED_SCENARIOS = fileURLToPath(new URL("../../scenarios/", import.meta.url));

/**
 * The file that a scenario argument means: itself; else the shipped one of that name, as `list scenarios` prints it, so that an
 * installed llm-chaos plays its own scenarios from any folder. Throws a UserError when there is neither.
 */
export function findScenario(path: string): string {
  if (existsSync(path)) return path;
  const name = /^(?:\.\/)?scenarios\/([\w./-]+\.ya?ml)$/.exec(path)?.[1];
  if (name !== undefined && !name.split("/").includes("..") && existsSync(SHIPPED_SCENARIOS + name))
    return SHIPPED_SCENARIOS + name;
  throw new UserError(`${path} does not exist`, {
    hint: "llm-chaos init writes a first scenario; llm-chaos list scenarios names those that ship",
  });
}
