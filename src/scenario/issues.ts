import type { core } from "zod";
import { didYouMean } from "../core/text.ts";
import type { YamlFile } from "./document.ts";
import { bestBranch } from "./issue-branch.ts";
import type { Path } from "./places.ts";
import { descriptionAt, keysAt } from "./schema-walk.ts";

interface Reporting {
  document: YamlFile;
  /** The value that was checked (placeholders filled). */
  value: unknown;
  schema: core.$ZodType;
  /** What a key at this place names, when it is more than a key: a fault, an expectation. */
  thingAt?: (path: Path) => NamedThing | undefined;
}

export interface NamedThing {
  word: string;
  known: readonly string[];
}

/** Turns what zod found into problems at the exact key or value. */
export function reportIssues(issues: readonly core.$ZodIssue[], reporting: Reporting): void {
  const flat = issues.flatMap((issue) => flatten(issue, [], reporting));
  const unknown = flat.filter((issue) => issue.code === "unrecognized_keys");
  for (const issue of flat) {
    if (issue.code === "unrecognized_keys") reportUnknownKeys(issue, reporting);
    else if (!isExplainedBy(unknown, issue, reporting)) reportOne(issue, reporting);
  }
}

/** One level: the issues of the union branch that fits best stand for the union. */
function flatten(issue: core.$ZodIssue, parent: Path, reporting: Reporting): core.$ZodIssue[] {
  const path = [...parent, ...issue.path];
  if (issue.code === "invalid_union") {
    const branch = bestBranch(issue.errors, {
      knownKeys: keysAt(reporting.schema, path),
      value: valueAt(reporting.value, path),
    });
    if (branch) return branch.flatMap((inner) => flatten(inner, path, reporting));
  }
  if (issue.code === "invalid_key" || issue.code === "invalid_element") {
    return issue.issues.flatMap((inner) => flatten(inner, path, reporting));
  }
  return [{ ...issue, path: [...path] }];
}

/** A missing key that was only misspelt is not reported twice. */
function isExplainedBy(unknown: readonly core.$ZodIssue[], issue: core.$ZodIssue, reporting: Reporting): boolean {
  if (!isMissing(issue, reporting.value)) return false;
  const parent = issue.path.slice(0, -1).join("\u0000");
  const missing = String(issue.path.at(-1));
  return unknown.some(
    (other) =>
      other.code === "unrecognized_keys" &&
      other.path.join("\u0000") === parent &&
      other.keys.some((key) => didYouMean(key, [missing]) !== undefined),
  );
}

function reportUnknownKeys(issue: core.$ZodIssue, { document, schema, thingAt }: Reporting): void {
  if (issue.code !== "unrecognized_keys") return;
  const known = keysAt(schema, issue.path);
  const thing = thingAt?.(issue.path);
  for (const key of issue.keys) {
    if (document.problems.isFull) return;
    const near = didYouMean(key, known);
    const hint = near === undefined ? knownList(thing?.known ?? known) : `did you mean ${near}?`;
    const word = thing !== undefined && (near === undefined || thing.known.includes(near)) ? thing.word : "key";
    document.problems.add(document.places.keyAt([...issue.path, key]), `unknown ${word} "${key}"`, { hint });
  }
}

function knownList(known: readonly string[]): string | undefined {
  return known.length === 0 ? undefined : `known here: ${known.join(", ")}`;
}

function reportOne(issue: core.$ZodIssue, reporting: Reporting): void {
  const { document, value } = reporting;
  const { path } = issue;
  const name = nameOf(path);
  if (isMissing(issue, value)) {
    document.problems.add(
      document.places.keyAt(path.slice(0, -1)),
      `${name} is missing`,
      describeHint(issue, reporting),
    );
    return;
  }
  const got = valueAt(value, issue.path);
  const { message, hint } = wordsFor(issue, { name, got, description: descriptionAt(reporting.schema, issue.path) });
  document.problems.add(document.places.valueAt(path), message, { hint });
}

function describeHint(issue: core.$ZodIssue, { schema }: Reporting): { hint?: string } {
  const description = descriptionAt(schema, issue.path);
  return description === undefined ? {} : { hint: description };
}

interface Subject {
  name: string;
  got: unknown;
  description: string | undefined;
}

function wordsFor(issue: core.$ZodIssue, { name, got, description }: Subject): { message: string; hint?: string } {
  const hint = description === undefined ? {} : { hint: description };
  switch (issue.code) {
    case "custom":
      return { message: issue.message };
    case "invalid_format":
      return { message: issue.message.startsWith("Invalid") ? `${name}: ${issue.message}` : issue.message };
    case "invalid_type":
      return {
        message: `${name} must be ${TYPE_WORDS[issue.expected] ?? issue.expected}, not ${kindOf(got)}`,
        ...hint,
      };
    case "invalid_value":
      return valueWords(issue, name, got);
    case "invalid_union":
      return { message: `${name} cannot be ${kindOf(got)}`, ...hint };
    case "too_small":
      return {
        message: sizeWords(name, issue.origin, {
          bound: issue.minimum,
          word: issue.inclusive ? "at least" : "more than",
        }),
      };
    case "too_big":
      return {
        message: sizeWords(name, issue.origin, {
          bound: issue.maximum,
          word: issue.inclusive ? "at most" : "less than",
        }),
      };
    default:
      return { message: `${name}: ${issue.message}`, ...hint };
  }
}

function valueWords(issue: core.$ZodIssueInvalidValue, name: string, got: unknown) {
  const allowed = issue.values.map(String);
  const near = typeof got === "string" ? didYouMean(got, allowed) : undefined;
  const message = `${name} must be ${allowed.length > 1 ? "one of " : ""}${allowed.join(", ")}, not ${kindOf(got)}`;
  return near === undefined ? { message } : { message, hint: `did you mean ${near}?` };
}

function sizeWords(name: string, origin: string, size: { bound: number | bigint; word: string }): string {
  if (origin === "string" && size.word === "at least") return `${name} must not be empty`;
  if (origin === "array") return `${name} needs ${size.word} ${size.bound} ${size.bound === 1 ? "entry" : "entries"}`;
  return `${name} must be ${size.word} ${size.bound}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a map",
  record: "a map",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  tuple: "a list",
};

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  const text = String(value);
  return typeof value === "string" ? `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"` : text;
}

function isMissing(issue: core.$ZodIssue, value: unknown): boolean {
  if (issue.code === "unrecognized_keys" || issue.code === "custom" || issue.path.length === 0) return false;
  return valueAt(value, issue.path) === undefined;
}

export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[step];
  }
  return current;
}

/** `phases[1].faults[0].rate_limit` reads badly in a sentence; the last named part is what the user looks for. */
function nameOf(path: Path): string {
  const named = path.filter((step) => typeof step === "string").at(-1);
  const last = path.at(-1);
  if (named === undefined) return "the file";
  return typeof last === "number" ? `entry ${last + 1} of ${String(named)}` : String(named);
}
