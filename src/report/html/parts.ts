import { escapeMarkup } from "../markup.ts";
import type { Pair } from "../sentences/index.ts";

/** The tone of each verdict; the sign and the word stand beside it everywhere. */
export const TONES = { pass: "ok", fail: "bad", inconclusive: "near" } as const;

/** A part of the page under its heading. */
export function part(title: string, body: readonly string[], id = ""): string {
  return `<section${id === "" ? "" : ` id="${id}"`}><h2>${escapeMarkup(title)}</h2>\n${body.filter(Boolean).join("\n")}\n</section>`;
}

export function paragraph(text: string, style?: "lead" | "quiet"): string {
  if (text === "") return "";
  return `<p${style === undefined ? "" : ` class="${style}"`}>${escapeMarkup(text)}</p>`;
}

export function definitions(pairs: readonly Pair[]): string {
  const rows = pairs.map(({ label, text }) => `<dt>${escapeMarkup(label)}</dt><dd>${withTodos(text)}</dd>`);
  return `<dl>${rows.join("\n")}</dl>`;
}

/** What only people know and nobody has written yet stands out, so that it is written before the night it is needed. */
function withTodos(text: string): string {
  return escapeMarkup(text).replaceAll(/TODO: \w+/g, '<span class="mark near">▲ $&</span>');
}

/** Event numbers, linked to where it is said what they are. */
export function inBrackets(events: string): string {
  return events === "" ? "" : ` <span class="quiet">(<a class="ref" href="#events">${escapeMarkup(events)}</a>)</span>`;
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
  const isNumber = (column: number) => rows[0]?.[column]?.number === true;
  const head = header
    .map((name, column) => `<th scope="col"${isNumber(column) ? ' class="number"' : ""}>${escapeMarkup(name)}</th>`)
    .join("");
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
