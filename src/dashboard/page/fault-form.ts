/** One fault as `faults.describe` tells it. */
export interface FaultKind {
  name: string;
  summary: string;
  /** JSON Schema of its parameters, made from what checks them. */
  params: ParamsSchema;
}

export interface ParamsSchema {
  properties?: Readonly<Record<string, ParamSchema>>;
  required?: readonly string[];
}

export interface ParamSchema {
  title?: string;
  description?: string;
  default?: unknown;
  examples?: readonly unknown[];
  enum?: readonly unknown[];
  type?: string;
  anyOf?: readonly ParamSchema[];
  items?: ParamSchema;
}

export type Field =
  | { kind: "choice"; options: readonly string[] }
  | { kind: "flags"; options: readonly string[] }
  | { kind: "text"; example: string };

/** How a parameter is asked for. What is neither a choice nor a list of choices is written as in a scenario. */
export function fieldOf(schema: ParamSchema): Field {
  if (schema.enum !== undefined) return { kind: "choice", options: schema.enum.map(String) };
  if (schema.type === "boolean") return { kind: "choice", options: ["true", "false"] };
  if (schema.type === "array" && schema.items?.enum !== undefined)
    return { kind: "flags", options: schema.items.enum.map(String) };
  return { kind: "text", example: exampleOf(schema) };
}

const POSITION_EXAMPLE = "{ tokens: 20 }";

function exampleOf(schema: ParamSchema): string {
  if (schema.title === "position") return POSITION_EXAMPLE;
  const [example] = schema.examples ?? [];
  if (example !== undefined) return written(example);
  for (const branch of schema.anyOf ?? []) {
    const found = exampleOf(branch);
    if (found !== "") return found;
  }
  return "";
}

/** A value on one line, as YAML takes it. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${written(inner)}`)
    .join(", ")} }`;
}

export interface FaultDraft {
  name: string;
  /** As typed; empty: left out. */
  params: Readonly<Record<string, string>>;
  model: string;
  chance: string;
}

/** The fault as one line of YAML, as `--fault` and a scenario take it: what is sent, and what can be copied into a file. */
export function faultLine({ name, params, model, chance }: FaultDraft): string {
  const given = Object.entries(params).filter(([, value]) => value.trim() !== "");
  const inner = given.map(([key, value]) => `${key}: ${scalar(value)}`).join(", ");
  const where = model.trim() === "" ? "" : `, where: { model: ${scalar(model)} }`;
  const share = chance.trim() === "" ? "" : `, chance: ${scalar(chance)}`;
  return `${name}: ${inner === "" ? "{}" : `{ ${inner} }`}${where}${share}`;
}

/** Braces and brackets are the user's own YAML; anything else that could be read as more than a word is quoted. */
function scalar(text: string): string {
  const value = text.trim();
  if (/^[[{]/.test(value) || /^[\w.%/-]+$/.test(value)) return value;
  return JSON.stringify(value);
}
