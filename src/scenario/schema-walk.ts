import type { core } from "zod";
import type { Path } from "./places.ts";

/** The parts of a zod definition that the walk follows; the rest of it does not matter here. */
interface Definition {
  type: string;
  innerType?: core.$ZodType;
  in?: core.$ZodType;
  out?: core.$ZodType;
  options?: readonly core.$ZodType[];
  getter?: () => core.$ZodType;
  shape?: Readonly<Record<string, core.$ZodType>>;
  element?: core.$ZodType;
  items?: readonly core.$ZodType[];
  valueType?: core.$ZodType;
  entries?: Readonly<Record<string, unknown>>;
  values?: readonly unknown[];
}

/** Every alternative that a schema allows at a path. */
export function schemasAt(schema: core.$ZodType, path: Path): core.$ZodType[] {
  let current = alternatives(schema);
  for (const step of path) current = current.flatMap((inner) => alternatives(childOf(inner, step)));
  return current;
}

/** The keys a map at this path may have. */
export function keysAt(schema: core.$ZodType, path: Path): string[] {
  return [...new Set(schemasAt(schema, path).flatMap((inner) => Object.keys(definitionOf(inner).shape ?? {})))];
}

/** The description of the nearest schema at this path that has one, wrappers and unions included. */
export function descriptionAt(schema: core.$ZodType, path: Path): string | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return describe(schema);
  for (const inner of alternatives(schema)) {
    const child = childOf(inner, step);
    const found = child && descriptionAt(child, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(schema: core.$ZodType): string | undefined {
  const own = (schema as { description?: string }).description;
  if (own !== undefined) return own;
  const { innerType, in: input } = definitionOf(schema);
  const inner = innerType ?? input;
  return inner && describe(inner);
}

function alternatives(schema: core.$ZodType | undefined): core.$ZodType[] {
  if (schema === undefined) return [];
  const definition = definitionOf(schema);
  if (definition.options) return definition.options.flatMap(alternatives);
  if (definition.type === "pipe") {
    const input = definition.in;
    return alternatives(input && definitionOf(input).type === "transform" ? definition.out : input);
  }
  if (definition.getter) return alternatives(definition.getter());
  return definition.innerType ? alternatives(definition.innerType) : [schema];
}

function childOf(schema: core.$ZodType, step: PropertyKey): core.$ZodType | undefined {
  const { shape, element, items, valueType } = definitionOf(schema);
  if (shape) return Object.hasOwn(shape, step) ? shape[String(step)] : undefined;
  return element ?? items?.[Number(step)] ?? valueType;
}

function definitionOf(schema: core.$ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}
