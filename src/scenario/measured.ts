import { MOST_EMPIRICAL_VALUES } from "../core/distribution.ts";
import { parseDuration } from "../core/units.ts";
import { readBeside } from "./beside.ts";
import type { YamlFile } from "./document.ts";
import { isMapValue, listOf } from "./normalise.ts";
import type { Path } from "./places.ts";
import { RULE_KEYS } from "./rule-schema.ts";

/** What a distribution is called whose values stand in a file. */
const KEY = "empirical";
/** Stands for what could not be read, so that the problem is told once. */
const UNREAD = ["0ms"];

/** The scenario with the durations of `{ empirical: file }` in the place of the file's name. */
export function readMeasured(document: YamlFile, value: unknown): unknown {
  if (!isMapValue(value) || !Array.isArray(value["phases"])) return value;
  const phases = value["phases"].map((phase, index) => {
    if (!isMapValue(phase) || !Array.isArray(phase["faults"])) return phase;
    const path = ["phases", index, "faults"];
    return { ...phase, faults: listOf(phase["faults"]).map((rule, n) => readRule(document, rule, [...path, n])) };
  });
  return { ...value, phases };
}

function readRule(document: YamlFile, rule: unknown, path: Path): unknown {
  if (!isMapValue(rule)) return rule;
  return mapped(rule, (part, key) => (RULE_KEYS.includes(key) ? part : readPart(document, part, [...path, key])));
}

function readPart(document: YamlFile, part: unknown, path: Path): unknown {
  if (!isMapValue(part)) return part;
  return mapped(part, (inner, key) => {
    const at = [...path, key];
    if (key !== KEY || typeof inner !== "string") return readPart(document, inner, at);
    const read = durationsOf(inner, document.problems.fileAt(document.places.valueAt(at)));
    if (typeof read !== "string") return read;
    document.problems.add(document.places.valueAt(at), read);
    return UNREAD;
  });
}

function mapped(map: Readonly<Record<string, unknown>>, change: (value: unknown, key: string) => unknown) {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** One duration a line, or a JSON list of them; empty lines and those that begin with # are passed over. A string says what is wrong. */
function durationsOf(name: string, scenario: string): readonly string[] | string {
  const read = readBeside(name, scenario);
  if ("problem" in read) return read.problem;
  const found = read.text.trimStart().startsWith("[") ? inList(read.text, name) : inLines(read.text, name);
  if (typeof found === "string") return found;
  if (found.length === 0) return `${name} has no durations`;
  if (found.length > MOST_EMPIRICAL_VALUES) {
    return `${name} has ${found.length} durations; the most is ${MOST_EMPIRICAL_VALUES}`;
  }
  const wrong = found.find(({ text }) => parseDuration(text) === undefined);
  if (wrong === undefined) return found.map(({ text }) => text);
  // What stands there is not repeated: it may be a file with secrets that was named by mistake.
  return `${wrong.at} is not a duration; write each with its unit, such as 250ms or 2s`;
}

interface Found {
  /** As messages name it. */
  at: string;
  text: string;
}

function inLines(text: string, name: string): Found[] {
  return text
    .split("\n")
    .map((line, index) => ({ at: `${name}:${index + 1}`, text: line.trim() }))
    .filter(({ text: line }) => line !== "" && !line.startsWith("#"));
}

function inList(text: string, name: string): Found[] | string {
  try {
    const value: unknown = JSON.parse(text);
    return listOf(value).map((one, index) => ({ at: `${name}, entry ${index + 1}`, text: String(one) }));
  } catch {
    return `${name} begins like a JSON list, and is none`;
  }
}
