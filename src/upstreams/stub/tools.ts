import type { Rng } from "../../core/rng.ts";
import { word } from "./words.ts";

type Json = Readonly<Record<string, unknown>>;

export interface Tool {
  name: string;
  /** JSON Schema of the arguments. */
  parameters: Json;
}

/** The tools of a request body, in any of the formats. */
export function toolsOf(body: Json): Tool[] {
  return [...list(body["tools"]), ...list(record(body["toolConfig"])?.["tools"])].flatMap((entry) => {
    const declared = list(entry["functionDeclarations"]);
    const only = record(entry["function"]) ?? record(entry["toolSpec"]) ?? entry;
    return (declared.length > 0 ? declared : [only]).flatMap(toTool);
  });
}

function toTool(entry: Json): Tool[] {
  const parameters =
    record(entry["parameters"]) ??
    record(entry["parametersJsonSchema"]) ??
    record(entry["input_schema"]) ??
    record(record(entry["inputSchema"])?.["json"]) ??
    {};
  return typeof entry["name"] === "string" ? [{ name: entry["name"], parameters }] : [];
}

/** What the caller asks for: a call of some tool, of this one, none, or as the model likes. */
export type ToolChoice = { kind: "must"; name?: string } | { kind: "never" } | { kind: "free" };

const MUST: ReadonlySet<unknown> = new Set(["required", "any", "ANY"]);
const NEVER: ReadonlySet<unknown> = new Set(["none", "NONE"]);

export function toolChoiceOf(body: Json): ToolChoice {
  const config = record(body["toolConfig"]);
  const keyed = record(config?.["toolChoice"]);
  if (keyed !== undefined) return keyedChoice(keyed);
  const choice = body["tool_choice"] ?? record(config?.["functionCallingConfig"])?.["mode"];
  const asked = record(choice);
  const word = asked?.["type"] ?? choice;
  if (NEVER.has(word)) return { kind: "never" };
  if (MUST.has(word)) return { kind: "must" };
  const name = record(asked?.["function"])?.["name"] ?? asked?.["name"];
  return typeof name === "string" ? { kind: "must", name } : { kind: "free" };
}

/** The one key of the object says it: `any`, `auto`, or `tool` with its name. */
function keyedChoice(choice: Json): ToolChoice {
  const name = record(choice["tool"])?.["name"];
  if (typeof name === "string") return { kind: "must", name };
  return "any" in choice ? { kind: "must" } : { kind: "free" };
}

/** The last message brings a tool's result: a model answers that with text, or an agent would never end. */
export function answersToolResult(body: Json): boolean {
  const last = [...list(body["messages"]), ...list(body["input"]), ...list(body["contents"])].at(-1);
  if (last === undefined) return false;
  const parts = [...list(last["content"]), ...list(last["parts"])];
  return (
    last["role"] === "tool" ||
    last["type"] === "function_call_output" ||
    parts.some((part) => part["type"] === "tool_result" || RESULTS.some((name) => part[name] !== undefined))
  );
}

/** Parts that are named by what they hold. */
const RESULTS = ["functionResponse", "toolResult"];

/** Deeper schemas than this get an empty object. */
const DEEPEST = 6;

/** A value that fits a JSON Schema in its usual parts (type, enum, const, properties, items, minimum, anyOf). */
export function valueFor(schema: Json, rng: Rng, depth = 0): unknown {
  if (depth > DEEPEST) return {};
  if ("const" in schema) return schema["const"];
  const choices = schema["enum"];
  if (Array.isArray(choices) && choices.length > 0) return choices[Math.floor(rng.next() * choices.length)];
  const variant = list(schema["anyOf"])[0] ?? list(schema["oneOf"])[0];
  if (variant !== undefined) return valueFor(variant, rng, depth + 1);
  const make = MAKERS[typeOf(schema)];
  return make === undefined ? word(rng) : make(schema, rng, depth);
}

const MAKERS: Record<string, (schema: Json, rng: Rng, depth: number) => unknown> = {
  object: (schema, rng, depth) =>
    Object.fromEntries(
      Object.entries(record(schema["properties"]) ?? {}).map(([name, inner]) => [
        name,
        valueFor(record(inner) ?? {}, rng.fork(name), depth + 1),
      ]),
    ),
  array: (schema, rng, depth) => [valueFor(record(schema["items"]) ?? {}, rng, depth + 1)],
  integer: (schema, rng) => lowest(schema) + Math.floor(rng.next() * 10),
  number: (schema, rng) => lowest(schema) + Math.floor(rng.next() * 100) / 10,
  boolean: (_schema, rng) => rng.next() < 0.5,
  null: () => null,
};

function typeOf(schema: Json): string {
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  if (typeof type === "string") return type.toLowerCase();
  return schema["properties"] === undefined ? "string" : "object";
}

function lowest(schema: Json): number {
  return typeof schema["minimum"] === "number" ? schema["minimum"] : 0;
}

function record(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record).filter((entry) => entry !== undefined) : [];
}
