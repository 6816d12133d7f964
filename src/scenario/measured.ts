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
/** Two, so that words about them are in the plural. */
const STAND_INS = ["0ms", "0ms"];

export interface Measured {
  /** The scenario with the durations of `{ empirical: file }` in the place of the file's name. */
  value: unknown;
  /** The files they stand in. */
  files: string[];
}

export function readMeasured(document: YamlFile, value: unknown): Measured {
  const files: string[] = [];
  if (!isMapValue(value) || !Array.isArray(value["phases"])) return { value, files };
  const reader: Reader = { document, files };
  const phases = value["phases"].map((phase, index) => {
    if (!isMapValue(phase) || !Array.isArray(phase["faults"])) return phase;
    const path = ["phases", index, "faults"];
    return { ...phase, faults: listOf(phase["faults"]).map((rule, n) => readRule(reader, rule, [...path, n])) };
  });
  return { value: { ...value, phases }, files };
}

/**
 * Parameters that name files, with a few durations in the place of each file, for who only wants to know what they say; and the files' names. Undefined when they name none.
 */
export function withStandIns(params: unknown): { params: unknown; names: string[] } | undefined {
  const names: string[] = [];
  const replaced = (part: unknown): unknown =>
    isMapValue(part)
      ? mapped(part, (inner, key) => {
          if (key !== KEY || typeof inner !== "string") return replaced(inner);
          names.push(inner);
          return STAND_INS;
        })
      : part;
  const result = replaced(params);
  return names.length === 0 ? undefined : { params: result, names };
}

interface Reader {
  document: YamlFile;
  /** Filled as they are read. */
  files: string[];
}

function readRule(reader: Reader, rule: unknown, path: Path): unknown {
  if (!isMapValue(rule)) return rule;
  return mapped(rule, (part, key) => (RULE_KEYS.includes(key) ? part : readPart(reader, part, [...path, key])));
}

function readPart(reader: Reader, part: unknown, path: Path): unknown {
  if (!isMapValue(part)) return part;
  return mapped(part, (inner, key) => {
    const at = [...path, key];
    if (key !== KEY || typeof inner !== "string") return readPart(reader, inner, at);
    return readFile(reader, inner, at);
  });
}

function readFile({ document, files }: Reader, name: string, at: Path): readonly string[] {
  const read = durationsOf(name, document.problems.fileAt(document.places.valueAt(at)));
  if ("durations" in read) {
    files.push(read.path);
    return read.durations;
  }
  document.problems.add(document.places.valueAt(at), read.problem);
  return UNREAD;
}

function mapped(map: Readonly<Record<string, unknown>>, change: (value: unknown, key: string) => unknown) {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

type Durations = { durations: readonly string[]; path: string } | { problem: string };

/** One duration a line, or a JSON list of them; empty lines and those that begin with # are passed over. */
function durationsOf(name: string, scenario: string): Durations {
  const read = readBeside(name, scenario);
  if ("problem" in read) return read;
  const found = read.text.trimStart().startsWith("[") ? inList(read.text, name) : inLines(read.text, name);
  if (typeof found === "string") return { problem: found };
  if (found.length === 0) return { problem: `${name} has no durations` };
  if (found.length > MOST_EMPIRICAL_VALUES) {
    return { problem: `${name} has ${found.length} durations; the most is ${MOST_EMPIRICAL_VALUES}` };
  }
  const wrong = found.find(({ text }) => parseDuration(text) === undefined);
  if (wrong === undefined) return { durations: found.map(({ text }) => text), path: read.path };
  // What stands there is not repeated: it may be a file with secrets that was named by mistake.
  return { problem: `${wrong.at} is not a duration; write each with its unit, such as 250ms or 2s` };
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
