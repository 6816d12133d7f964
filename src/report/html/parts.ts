import { escapeMarkup } from "../markup.ts";
import type { Pair } from "../sentences/index.ts";

/** The tone of each verdict; the sign and the word stand beside it everywhere. */
export const TONES = { pass: "ok", fail: "bad", inconclusive: "near" } as const;

/** A part of the page under its heading. */
export function part(title: string, body: readonly string[]): string {
  return `<section><h2>${escapeMarkup(title)}</h2>\n${body.filter(Boolean).join("\n")}\n</section>`;
}

export function paragraph(text: string, style?: "lead" | "quiet"): string {
  if (text === "") return "";
  return `<p${style === undefined ? "" : ` class="${style}"`}>${escapeMarkup(text)}</p>`;
}

export function definitions(pairs: readonly Pair[]): string {
  return `<dl>${pairs.map(({ label, text }) => `<dt>${escapeMarkup(label)}</dt><dd>${escapeMarkup(text)}</dd>`).join("\n")}</dl>`;
}

export interface Cell {
  html: string;
  number?: true;
  /** Of the row; of a first cell only. */
  id?: string;
}

/** A class of its own lets a style sheet set the widths. The first cell of each row is its header. On a phone each row becomes a block, with the column's name before the value. */
export function table(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  { caption, style = "" }: { caption: string; style?: string },
): string {
  const head = header.map((name) => `<th scope="col">${escapeMarkup(name)}</th>`).join("");
  const body = rows.map((cells) => {
    const drawn = cells.map(({ html, number }, index) => {
      const style = number === true ? ' class="number"' : "";
      if (index === 0) return `<th scope="row"${style}>${html}</th>`;
      return `<td${style} data-label="${escapeMarkup(header[index] ?? "")}">${html}</td>`;
    });
    const id = cells[0]?.id === undefined ? "" : ` id="${cells[0].id}"`;
    return `<tr${id}>${drawn.join("")}</tr>`;
  });
  return `<table class="${["stack", style].join(" ").trim()}" aria-label="${escapeMarkup(caption)}"><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table>`;
}
