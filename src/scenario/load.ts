import type { AppFile } from "../core/app.ts";
import { InvalidFileError, type Problem } from "../core/errors.ts";
import type { Scenario } from "../core/scenario.ts";
import { buildScenario } from "./build.ts";
import { checkScenario } from "./check.ts";
import { readYaml, type YamlFile } from "./document.ts";
import { extendScenario } from "./extend.ts";
import { type Environment, fillPlaceholders } from "./fill.ts";
import { type NamedThing, reportIssues } from "./issues.ts";
import { readMeasured } from "./measured.ts";
import { normaliseScenario } from "./normalise.ts";
import type { Path } from "./places.ts";
import { boundText, readText } from "./read-text.ts";
import { type Registry, STANDARD } from "./registry.ts";
import { scenarioSchema } from "./scenario-schema.ts";
import { expandVars } from "./vars.ts";
import { warnScenario } from "./warn.ts";

export interface LoadOptions {
  /** A file; also the name in messages. */
  path?: string;
  /** The text itself, instead of the file's. */
  text?: string;
  env: Environment;
  /** Wins over the file's. */
  seed?: number;
  /** Makes the warnings that need both files possible. */
  app?: AppFile;
  registry?: Registry;
}

export interface LoadedScenario {
  /** For the log, the report and everything else that is written: placeholders kept in texts and fault parameters. */
  scenario: Scenario;
  /** The same with every value filled in: for the chooser. Never stored. */
  filled: Scenario;
  warnings: Problem[];
  /** Values from the environment, for the scrubber. */
  secrets: string[];
  /** As it is played, for the run's folder: the file's own text, or one with all that it extends. Placeholders kept. */
  text: string;
  /** Every file that was read, the scenario's own first; presets and measured durations too. */
  files: string[];
}

/** Reads and checks a scenario. Throws InvalidFileError with all problems, or UserError when there is no such file. */
export function loadScenario(options: LoadOptions): LoadedScenario {
  const { env, seed, app, registry = STANDARD } = options;
  const document = openYaml(options);
  const { length } = document.source;
  const extended = extendScenario(document, options.path);
  expandVars(document, env, length);
  document.value = normaliseScenario(document.value, document.places);
  const { value: written, secrets } = fillPlaceholders(document, env);
  const { value, files: measured } = readMeasured(document, written);
  const schema = scenarioSchema(registry);
  const result = schema.safeParse(value);
  if (document.readable) {
    if (!result.success) {
      reportIssues(result.error.issues, {
        document,
        value,
        schema,
        thingAt: thingsOf(registry),
      });
    }
    checkScenario(document, value, registry);
  }
  if (result.success && !document.problems.hasErrors) {
    const view = (shown: unknown) => buildScenario({ parsed: result.data, filled: value, shown }, registry.tiers, seed);
    const filled = view(value);
    warnScenario(document, filled, { app, registry });
    const warnings = document.problems.list();
    const files = [...extended.files, ...measured];
    return { scenario: view(document.value), filled, warnings, secrets, text: extended.text, files };
  }
  throw new InvalidFileError(document.problems.list());
}

/** A rule's key is a fault's name, an entry's an expectation's: that is what is unknown when it is. */
function thingsOf({ faults, expectations }: Registry): (path: Path) => NamedThing | undefined {
  return (path) => {
    if (path.length === 4 && path[2] === "faults") return { word: "fault", known: [...faults.keys()] };
    if (path.length === 2 && path[0] === "expect") return { word: "expectation", known: [...expectations.keys()] };
    return undefined;
  };
}

/** Shared by both files of a run. */
export function openYaml({ path, text }: Pick<LoadOptions, "path" | "text">): YamlFile {
  const name = path ?? "scenario.yaml";
  return readYaml(text === undefined ? readText(name) : boundText(text, name), name);
}
