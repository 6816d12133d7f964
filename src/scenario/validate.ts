import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { AppFile } from "../core/app.ts";
import { InvalidFileError, type Problem, UserError } from "../core/errors.ts";
import { loadApp } from "./app-file.ts";
import type { Environment } from "./fill.ts";
import { loadScenario } from "./load.ts";
import { readText } from "./read-text.ts";
import { type Registry, STANDARD } from "./registry.ts";

const APP_FILE = "llm-chaos.yaml";

/**
 * Every problem of a scenario or an app file, errors and warnings. A scenario is held against the llm-chaos.yaml in its
 * folder or the one above, where there is one. Throws nothing: what cannot be read is a problem at 1:1.
 */
export function validateFile(path: string, env: Environment, registry: Registry = STANDARD): Problem[] {
  return problemsOf(path, () => {
    const text = readText(path);
    if (isAppFile(path, text)) return loadApp({ path, text, env }).warnings;
    const app = nearbyApp(path, env);
    return loadScenario({ path, text, env, registry, ...(app && { app }) }).warnings;
  });
}

function problemsOf(path: string, load: () => Problem[]): Problem[] {
  try {
    return load();
  } catch (error) {
    if (error instanceof InvalidFileError) return [...error.problems];
    if (error instanceof UserError)
      return [{ file: path, line: 1, column: 1, message: error.message, severity: "error" }];
    throw error;
  }
}

/** By its name, else by its content: only the app file has `app` and no `phases`. */
function isAppFile(path: string, text: string): boolean {
  if (basename(path) === APP_FILE) return true;
  return /^app:/m.test(text) && !/^(?:phases|name):/m.test(text);
}

/** Its own problems are shown when it is validated itself. */
function nearbyApp(path: string, env: Environment): AppFile | undefined {
  const found = [dirname(path), join(dirname(path), "..")].map((folder) => join(folder, APP_FILE)).find(existsSync);
  if (found === undefined) return undefined;
  try {
    return loadApp({ path: found, env }).app;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
