import { stripVTControlCharacters } from "node:util";

const GAP = 2;
const NARROWEST = 10;

/** Columns as wide as their widest cell; where the terminal is narrower, the widest columns give way and their cells wrap at spaces. */
export function tableLines(
  rows: readonly (readonly string[])[],
  { width, head }: { width: number; head: readonly string[] | undefined },
): string[] {
  if (rows.length === 0) return [];
  const all = head === undefined ? rows : [head, ...rows];
  const widths = squeeze(columnWidths(all), width);
  return all.flatMap((row) => rowLines(row, widths));
}

const visible = (text: string) => stripVTControlCharacters(text).length;

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => visible(row[column] ?? ""))));
}

function squeeze(widths: readonly number[], width: number): number[] {
  const fitted = [...widths];
  const total = () => fitted.reduce((sum, one) => sum + one, GAP * (fitted.length - 1));
  while (total() > width) {
    const widest = Math.max(...fitted);
    if (widest <= NARROWEST) break;
    fitted[fitted.indexOf(widest)] = widest - 1;
  }
  return fitted;
}

function rowLines(row: readonly string[], widths: readonly number[]): string[] {
  const cells = widths.map((width, column) => wrap(row[column] ?? "", width));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    widths
      .map((width, column) => {
        const text = cells[column]?.[line] ?? "";
        return text + " ".repeat(Math.max(0, width - visible(text)) + GAP);
      })
      .join("")
      .trimEnd(),
  );
}

/** A coloured cell is short and stays whole: cutting one would leave its colour open. */
function wrap(text: string, width: number): string[] {
  if (visible(text) <= width || visible(text) !== text.length) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
