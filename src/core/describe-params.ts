import { type ZodType, z } from "zod";

/** One parameter of a fault or an expectation, for people. */
export interface ParamRow {
  name: string;
  /** How it is written: `fin | rst`, `2s`, `[2, 3]`, or the name of a form that is explained once (`position`). */
  form: string;
  /** As it would be written; undefined: none. */
  default: string | undefined;
  required: boolean;
  description: string;
}

/** The part of a JSON Schema that is shown. */
interface Shape {
  title?: string;
  description?: string;
  default?: unknown;
  examples?: readonly unknown[];
  enum?: readonly unknown[];
  type?: string | readonly string[];
  anyOf?: readonly Shape[];
  properties?: Readonly<Record<string, Shape>>;
  additionalProperties?: Shape | boolean;
  items?: Shape | boolean;
  required?: readonly string[];
}

/** The parameters that a schema takes, in its order. A schema that is no object has none. */
export function describeParams(params: ZodType): ParamRow[] {
  const { properties = {}, required = [] } = shapeOf(params);
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    form: formOf(shape),
    default: defaultOf(params, name, shape),
    required: required.includes(name),
    description: shape.description ?? "",
  }));
}

/** A schema tells a default only where it is an input; of others, what comes out for nothing is asked for. */
function defaultOf(params: ZodType, name: string, shape: Shape): string | undefined {
  const field = params instanceof z.ZodObject ? (params.shape[name] as ZodType | undefined) : undefined;
  const value = shape.default ?? field?.safeParse(undefined).data;
  return value === undefined ? undefined : written(value);
}

function shapeOf(params: ZodType): Shape {
  return z.toJSONSchema(params, { io: "input", unrepresentable: "any" }) as Shape;
}

function formOf(shape: Shape): string {
  if (shape.title !== undefined) return shape.title;
  if (shape.enum !== undefined) return shape.enum.map(String).join(" | ");
  if (shape.anyOf !== undefined) return [...new Set(shape.anyOf.map(formOf))].join(" | ");
  if (shape.examples !== undefined) return shape.examples.map(written).join(" | ");
  switch (shape.type) {
    case "array":
      return typeof shape.items === "object" ? `[${formOf(shape.items)}, …]` : "[…]";
    case "object":
      return objectForm(shape);
    case "boolean":
      return "true | false";
    case "string":
      return "text";
    default:
      return "number";
  }
}

function objectForm({ properties, additionalProperties }: Shape): string {
  if (properties !== undefined) return `{ ${Object.keys(properties).join(", ")} }`;
  return typeof additionalProperties === "object" ? `{ name: ${formOf(additionalProperties)} }` : "{ … }";
}

/** A value on one line, as YAML takes it: `{ tokens: 20 }`. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? "{}" : `{ ${entries.map(([key, inner]) => `${key}: ${written(inner)}`).join(", ")} }`;
}
