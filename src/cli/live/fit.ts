import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

/** Part of a line; those with a higher number go first where there is no room. */
export interface Part {
  text: string;
  /** 0: stays to the last. */
  rank: number;
}

const GAP = "   ";

/** As many parts of a line as fit side by side, in their order; what is still too wide is cut at the end. */
export function fitParts(parts: readonly Part[], columns: number): string {
  const kept = parts.filter(({ text }) => text !== "");
  const text = () => kept.map((part) => part.text).join(GAP);
  while (kept.length > 1 && stringWidth(text()) > columns) {
    const least = Math.max(...kept.map(({ rank }) => rank));
    kept.splice(
      kept.findLastIndex(({ rank }) => rank === least),
      1,
    );
  }
  return cut(text(), columns);
}

/** Colours are dropped from a line that is cut, since the cut might fall into one. */
function cut(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(stripVTControlCharacters(text))) {
    if (stringWidth(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
