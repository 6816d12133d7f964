import { InvalidFileError } from "../core/errors.ts";
import type { Fault } from "../core/fault.ts";
import type { FaultRule } from "../core/scenario.ts";
import { buildRule } from "./build.ts";
import { checkRule } from "./check.ts";
import { readYaml, type YamlFile } from "./document.ts";
import { reportIssues } from "./issues.ts";
import { normaliseRule } from "./normalise.ts";
import type { Path } from "./places.ts";
import { boundText } from "./read-text.ts";
import { STANDARD } from "./registry.ts";
import { ruleSchema } from "./rule-schema.ts";

export interface FaultLineOptions {
  /** Default `live-1`. */
  id?: string;
  /** How problems name the place: `<name>:1:COLUMN`. Default `--fault`. */
  name?: string;
  faults?: ReadonlyMap<string, Fault>;
}

/**
 * One fault as a rule in a phase has it: `rate_limit: { dimension: tpm, retry_after: 5s }, where: { model: gpt-4o }`,
 * with or without braces around it, or the same as an object. Throws InvalidFileError with all problems.
 */
export function parseFaultLine(fault: string | object, options: FaultLineOptions = {}): FaultRule {
  const { id = "live-1", name = "--fault", faults = STANDARD.faults } = options;
  const document = typeof fault === "string" ? readLine(fault, name) : readObject(fault, name);
  const rule = normaliseRule(document.value);
  const schema = ruleSchema({ faults });
  const thingAt = ({ length }: Path) => (length === 0 ? { word: "fault", known: [...faults.keys()] } : undefined);
  const result = schema.safeParse(rule);
  if (document.readable) {
    if (!result.success) reportIssues(result.error.issues, { document, value: rule, schema, thingAt });
    checkRule(document, rule, { path: [], registry: { faults } });
  }
  if (!result.success || document.problems.hasErrors) throw new InvalidFileError(document.problems.list());
  return buildRule(result.data, rule, id);
}

/** Wrapped in braces, so that commas may follow the fault; problems count columns as the user typed them. */
function readLine(text: string, name: string): YamlFile {
  const line = boundText(text, name).trimEnd();
  if (line.trimStart().startsWith("{") || line.includes("\n")) return readYaml(line, name);
  return readYaml(`{${line}}`, name, 1);
}

/** From the control channel. Through text, so that only plain data gets in, by the same checks. */
function readObject(fault: object, name: string): YamlFile {
  return readYaml(boundText(JSON.stringify(fault), name), name);
}
