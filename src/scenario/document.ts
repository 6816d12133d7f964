import { LineCounter, parseDocument, type YAMLError } from "yaml";
import { readTree } from "./document-tree.ts";
import { Places } from "./places.ts";
import { ProblemList } from "./problem-list.ts";

/** A YAML file as a plain value, with the place of every key and value, and everything that was wrong so far. */
export interface YamlFile {
  file: string;
  source: string;
  value: unknown;
  places: Places;
  problems: ProblemList;
  /** False when the text is broken so badly that checking its meaning would only add noise. */
  readable: boolean;
}

/** Errors after which the parser goes on with a value that is still what the user meant. */
const HARMLESS = new Set(["TAB_AS_INDENT", "TAG_RESOLVE_FAILED"]);
/** How many unquoted placeholders are found in one pass. */
const MOST_PLACEHOLDERS = 50;

/**
 * Reads YAML 1.2. Never throws: aliases, tags, several documents, duplicate keys and broken syntax become problems.
 * `shift` characters were put before the user's own text; they are not counted as columns.
 */
export function readYaml(source: string, file: string, shift = 0): YamlFile {
  const lines = new LineCounter();
  const problems = new ProblemList(file, (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line, col: col - shift };
  });
  const places = new Places();
  const { document, text } = parseAroundPlaceholders(source, lines, problems);
  const readable = reportSyntax(document.errors, problems);
  reportDirectives(document, problems);
  const value = readTree(document.contents, { places, problems, source: text });
  return { file, source, value, places, problems, readable };
}

/**
 * `{ model: ${NAME} }` is broken YAML whose errors say nothing useful. Each such placeholder is reported once and
 * overwritten with a word of the same length, so that everything after it is still read and keeps its position.
 */
function parseAroundPlaceholders(source: string, lines: LineCounter, problems: ProblemList) {
  let text = source;
  for (let found = 0; ; found++) {
    lines.lineStarts.length = 0;
    // Own duplicate check: the library's compares every pair, which takes minutes on a hostile file.
    const options = { version: "1.2", uniqueKeys: false, prettyErrors: false, logLevel: "error" } as const;
    const document = parseDocument(text, { ...options, lineCounter: lines });
    const start = found < MOST_PLACEHOLDERS ? unquotedPlaceholder(document.errors, text) : undefined;
    if (start === undefined) return { document, text };
    const placeholder = /^\$\{[^}\n]*\}?/.exec(text.slice(start, start + 200))?.[0] ?? "${";
    problems.add(start, `${placeholder} inside { … } or [ … ] must be quoted`, { hint: `write "${placeholder}"` });
    problems.mute(start, start + placeholder.length);
    text = text.slice(0, start) + "_".repeat(placeholder.length) + text.slice(start + placeholder.length);
  }
}

function unquotedPlaceholder(errors: readonly YAMLError[], text: string): number | undefined {
  const [first] = errors;
  const offset = first?.pos[0] ?? 0;
  return text[offset] === "{" && text[offset - 1] === "$" ? offset - 1 : undefined;
}

function reportSyntax(errors: readonly YAMLError[], problems: ProblemList): boolean {
  let readable = true;
  const seen = new Set<number>();
  for (const error of errors) {
    if (error.code === "TAG_RESOLVE_FAILED") continue;
    if (!HARMLESS.has(error.code)) {
      // What follows a broken place on the same line, or is left over from it, is the same mistake again.
      if (!readable && error.message.includes("in YAML stream")) continue;
      readable = false;
    }
    const line = problems.lineOf(error.pos[0]);
    if (seen.has(line)) continue;
    seen.add(line);
    problems.add(error.pos[0], syntaxMessage(error), syntaxHint(error));
    if (seen.size >= 20) break;
  }
  return readable;
}

const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "tabs are not allowed as indentation",
  MULTIPLE_DOCS: "a second document starts here; one file holds one document",
  RESOURCE_EXHAUSTION: "nested too deeply",
  BLOCK_AS_IMPLICIT_KEY: "a second key on the same line",
};

function syntaxMessage(error: YAMLError): string {
  return SYNTAX[error.code] ?? `not valid YAML: ${error.message}`;
}

function syntaxHint(error: YAMLError): { hint?: string } {
  if (error.code === "TAB_AS_INDENT") return { hint: "use spaces" };
  if (error.code === "BLOCK_AS_IMPLICIT_KEY") return { hint: "put quotes round a text that contains a colon" };
  return {};
}

function reportDirectives(document: ReturnType<typeof parseDocument>, problems: ProblemList): void {
  const yaml = document.directives?.yaml;
  if (yaml?.explicit && yaml.version !== "1.2") {
    problems.add(0, `YAML ${yaml.version} is not supported`, { hint: "remove the %YAML line; files are YAML 1.2" });
  }
}
