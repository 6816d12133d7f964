import { onOneLine } from "./one-line.ts";

/** Header and rows of a table; cells are escaped here. */
export function rows(header: readonly string[], body: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(header), `|${header.map(() => " --- ").join("|")}|`, ...body.map(line)];
}

/** A fence longer than any run of backticks inside. */
export function fenced(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}sh`, onOneLine(text), fence];
}

/** Texts of users and of the app must not become markup: a pipe ends a table cell, `<` opens a tag. */
export function escaped(text: string): string {
  return onOneLine(text).replaceAll(/[\\`*<|[~]/g, "\\$&");
}
