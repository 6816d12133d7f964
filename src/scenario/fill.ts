import type { YamlFile } from "./document.ts";
import type { Path } from "./places.ts";

/** The environment as the caller sees it; nothing here reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Filled {
  value: unknown;
  /** Values that came from the environment, for the scrubber. Defaults are in the file for all to read and are not among them. */
  secrets: string[];
}

export const PLACEHOLDER = /\$\{([^}]*)\}/g;
/** Inside the braces: the name, and the default behind `:-`. */
export const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Puts the environment's values in place of `${NAME}` and `${NAME:-default}` in every text. After parsing, so a value
 * can never become structure. A missing variable is a problem at the placeholder.
 */
export function fillPlaceholders(document: YamlFile, env: Environment): Filled {
  const secrets = new Set<string>();
  const fillText = (text: string, path: Path) =>
    text.replace(PLACEHOLDER, (written: string, inside: string) => {
      const [, name = "", fallback] = NAME.exec(inside) ?? [];
      const value = env[name];
      if (name !== "" && value !== undefined && value !== "") {
        secrets.add(value);
        document.problems.hide(value, shape(name));
        return value;
      }
      if (name !== "" && fallback !== undefined) return fallback;
      reportUnfilled(document, path, written);
      return written;
    });
  return { value: mapTexts(document.value, [], fillText), secrets: [...secrets] };
}

function reportUnfilled(document: YamlFile, path: Path, written: string): void {
  const start = document.places.valueAt(path);
  const found = document.source.indexOf(written, start);
  const offset = found < 0 ? start : found;
  const [, name] = NAME.exec(written.slice(2, -1)) ?? [];
  if (name === undefined) {
    document.problems.add(offset, `${written} is not a placeholder`, {
      hint: `write ${shape("NAME")} or ${shape("NAME:-default")}`,
    });
  } else {
    const hint = `set ${name}, or give a default: ${shape(`${name}:-…`)}`;
    document.problems.add(offset, `the environment variable ${name} is not set`, { hint });
  }
  // The text with its placeholder left in would be complained about a second time.
  document.problems.mute(start, start + 1);
}

function shape(inside: string): string {
  return `\${${inside}}`;
}

/** A copy of a plain value in which every text went through `change`. */
export function mapTexts(value: unknown, path: Path, change: (text: string, path: Path) => string): unknown {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, [...path, key], change)]));
}
