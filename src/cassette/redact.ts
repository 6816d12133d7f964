import { isEvery, type JsonPath, parseJsonPath } from "./json-path.ts";
import { type Leaf, leavesAt, leavesOf, setLeaf } from "./leaves.ts";
import { placeholderFor } from "./placeholder.ts";

/** Puts placeholders in the place of the texts that JSON paths address, in requests, answers, and the events of streams. */
export interface Redactor {
  leaves(value: unknown): Leaf[];
  text(text: string): string;
  /** A whole body; what is no JSON stays as it is. */
  json(body: string): string;
}

/**
 * A path is held against the body of a request, a whole answer, and the JSON of each event of a stream; where it says
 * `message`, it means a stream's `delta` too, and where it says every element of an array, one that comes by itself. Throws a
 * UserError for what is no path.
 */
export function createRedactor(paths: readonly string[]): Redactor | undefined {
  if (paths.length === 0) return undefined;
  const parsed = paths.flatMap((path) => withElement(parseJsonPath(path)).flatMap(withDelta));
  const leaves = (value: unknown) => parsed.flatMap((path) => leavesAt(value, path));
  return {
    leaves,
    text: redactText,
    json(body) {
      const value = jsonOf(body);
      if (value === undefined) return body;
      for (const { at, text } of leaves(value)) setLeaf(value, at, redactText(text));
      return JSON.stringify(value);
    },
  };
}

function withDelta(path: JsonPath): JsonPath[] {
  return path.includes("message") ? [path, path.map((step) => (step === "message" ? "delta" : step))] : [path];
}

/** A stream may be one JSON array, whose elements are its events: `$[*].candidates` is each one's `$.candidates`. */
function withElement(path: JsonPath): JsonPath[] {
  const [first, ...rest] = path;
  return isEvery(first) && rest.length > 0 ? [path, rest] : [path];
}

/** The arguments of a tool are JSON in a text; they stay JSON, or the app could not read them. */
function redactText(text: string): string {
  const value = /^\s*[{[]/.test(text) ? jsonOf(text) : undefined;
  if (value === undefined) return placeholderFor(text);
  for (const leaf of leavesOf(value)) setLeaf(value, leaf.at, placeholderFor(leaf.text));
  return JSON.stringify(value);
}

/** Only what has members: a text, a number or null has no path. */
function jsonOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
