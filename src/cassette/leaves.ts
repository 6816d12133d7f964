import { type JsonPath, replaceAt } from "./json-path.ts";

/** A text inside of a JSON value, and where it stands: names and places. */
export interface Leaf {
  at: readonly (string | number)[];
  text: string;
}

/** Words of a format: an app that finds others in their place does not understand the answer any more. */
const FORMAT_NAMES: ReadonlySet<string | number> = new Set([
  "type",
  "role",
  "id",
  "name",
  "object",
  "model",
  "call_id",
  "item_id",
  "tool_call_id",
  "tool_use_id",
  "toolUseId",
  "media_type",
  "mimeType",
  "finish_reason",
  "finishReason",
  "stop_reason",
  "stopReason",
  "jsonPath",
]);

/** Every text below a value, without the words of its format. */
export function leavesOf(value: unknown, at: Leaf["at"] = []): Leaf[] {
  if (typeof value === "string") return [{ at, text: value }];
  if (Array.isArray(value)) return value.flatMap((one, i) => leavesOf(one, [...at, i]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => (FORMAT_NAMES.has(name) ? [] : leavesOf(one, [...at, name])));
}

/** The texts that a path addresses, and those below what it addresses. */
export function leavesAt(value: unknown, path: JsonPath): Leaf[] {
  const leaves: Leaf[] = [];
  replaceAt(value, path, (found, at) => {
    leaves.push(...leavesOf(found, at));
    return found;
  });
  return leaves;
}

/** Puts another text in a leaf's place, in the value itself. */
export function setLeaf(value: unknown, at: Leaf["at"], text: string): void {
  const last = at.at(-1);
  let here = value as Record<string | number, unknown>;
  for (const step of at.slice(0, -1)) here = here[step] as Record<string | number, unknown>;
  if (last !== undefined) here[last] = text;
}
