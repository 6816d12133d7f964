import { z } from "zod";
import { appSchema } from "./app-schema.ts";
import { type Registry, STANDARD } from "./registry.ts";
import { expectOptions } from "./rule-schema.ts";
import { scenarioSchema } from "./scenario-schema.ts";

type Json = Record<string, unknown>;

/** For editors: the scenario as users may write it, the short ways included. */
export function scenarioJsonSchema(registry: Registry = STANDARD): Json {
  const schema = toJsonSchema(scenarioSchema(registry), "A scenario for llm-chaos");
  const properties = child(schema, "properties");
  const rule = child(child(child(child(child(properties, "phases"), "items"), "properties"), "faults"), "items");
  openShortForms(rule, [...registry.faults.keys()], {});
  const entry = child(child(properties, "expect"), "items");
  const options = child(toJsonSchema(z.strictObject(expectOptions()), ""), "properties");
  openShortForms(entry, [...registry.expectations.keys()], options);
  child(properties, "expect")["items"] = { anyOf: [bareName(registry.expectations.keys()), entry] };
  child(child(child(child(properties, "phases"), "items"), "properties"), "faults")["items"] = {
    anyOf: [bareName(registry.faults.keys()), rule],
  };
  return schema;
}

/** For editors: llm-chaos.yaml. */
export function appJsonSchema(): Json {
  return toJsonSchema(appSchema(), "llm-chaos.yaml: an app, as llm-chaos sees it");
}

function toJsonSchema(schema: z.ZodType, title: string): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
  return { $schema, title, ...rest };
}

function bareName(names: Iterable<string>): Json {
  return { type: "string", enum: [...names] };
}

/** `- name:` without parameters is `- name: {}`; what every expectation takes stands among its parameters. */
function openShortForms(entry: Json, names: readonly string[], options: Json): void {
  const properties = child(entry, "properties");
  for (const name of names) {
    const { description, ...params } = child(properties, name);
    addProperties(params, options);
    properties[name] = { description, anyOf: [params, { type: "null" }] };
  }
}

function addProperties(schema: Json, options: Json): void {
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const branches = schema[key];
    if (Array.isArray(branches)) for (const branch of branches) addProperties(branch as Json, options);
  }
  if (schema["properties"] !== undefined) Object.assign(child(schema, "properties"), options);
}

function child(schema: Json, key: string): Json {
  return (schema[key] ?? {}) as Json;
}
