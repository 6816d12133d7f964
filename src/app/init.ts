import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.ts";
import type { InitAnswers } from "./init-answers.ts";
import { appFileText, firstScenarioText } from "./init-texts.ts";
import { inspectProject, type ProjectFacts } from "./inspect-project.ts";

export interface InitResult {
  /** Files that were written, relative to the folder. */
  written: string[];
  /** Files that were there already and stay as they are. */
  kept: string[];
  facts: ProjectFacts;
}

const APP_FILE = "llm-chaos.yaml";
const FIRST_SCENARIO = join("scenarios", "first-storm.yaml");
const OWN_SCHEMAS = fileURLToPath(new URL("../../schema/", import.meta.url));

/** Writes llm-chaos.yaml and a first scenario into a project. Never overwrites; a second call writes nothing. */
export function initProject({ folder, answers = {} }: { folder: string; answers?: InitAnswers }): InitResult {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UserError(`${folder} is not a folder`);
  const facts = inspectProject(folder);
  const files = [
    [APP_FILE, appFileText(answers, facts, schemaPath(folder, { from: ".", name: "app" }))],
    [FIRST_SCENARIO, firstScenarioText(answers, schemaPath(folder, { from: "scenarios", name: "scenario" }))],
  ] as const;
  const result: InitResult = { written: [], kept: [], facts };
  for (const [file, text] of files) result[writeNew(join(folder, file), text)].push(file);
  return result;
}

/** The flag refuses a file that is there, even a dangling link, without a moment between look and write. */
function writeNew(path: string, text: string): "written" | "kept" {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
    return "written";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && existsSync(path)) return "kept";
    throw new UserError(`${path} cannot be written (${code ?? "unknown error"})`, { cause: error });
  }
}

/** For editors: the schema of the copy in the project when there is one, so that the path holds for everybody who has it. */
function schemaPath(folder: string, { from, name }: { from: string; name: string }): string {
  const installed = join(folder, "node_modules", "llm-chaos", "schema");
  const path = relative(
    join(folder, from),
    join(existsSync(installed) ? installed : OWN_SCHEMAS, `${name}.schema.json`),
  );
  const slashes = path.split(sep).join("/");
  return slashes.startsWith(".") || slashes.startsWith("/") ? slashes : `./${slashes}`;
}
