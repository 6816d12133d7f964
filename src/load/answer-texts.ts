import { TAIL_LENGTH, textTail } from "../core/text.ts";

/** More than this many hashes per answer are not reported; the longest texts come first. */
const MOST_TAILS = 32;
/** Different places in an answer whose texts are kept apart. */
const MOST_PLACES = 256;
const DEEPEST = 64;
/** Characters of a text's end that are kept when the answer is too long to keep whole: ample for the tail. */
const KEPT_END = 16 * 1_024;

/** Puts the pieces of a streamed text back together, one text per place (event name and JSON path) of an answer. */
export interface AnswerTexts {
  /** `value` undefined: the data is no JSON, and itself the text. */
  add(part: { event: string | undefined; data: string; json: unknown }): void;
  all(): IterableIterator<string>;
  /** Hashes of the texts' tails, as the proxy computes them for what the model said. */
  tails(hasher: (text: string) => string): string[];
  /** Text was dropped; tails are still right, whole texts are not. */
  readonly cut: boolean;
}

export function createAnswerTexts(limit: number): AnswerTexts {
  const texts = new Map<string, string>();
  let size = 0;
  let cut = false;

  const append = (place: string, piece: string) => {
    const before = texts.get(place);
    if (before === undefined && texts.size >= MOST_PLACES) {
      cut = true;
      return;
    }
    texts.set(place, (before ?? "") + piece);
    size += piece.length;
    if (size > limit) shorten();
  };
  const shorten = () => {
    cut = true;
    size = 0;
    for (const [place, text] of texts) {
      const end = text.slice(-KEPT_END);
      texts.set(place, end);
      size += end.length;
    }
  };

  return {
    add({ event, data, json }) {
      // Numbers and `true` in a stream of plain text are text; `[DONE]` is the end mark of OpenAI-like streams.
      if (typeof json === "object" || typeof json === "string") {
        for (const [path, text] of stringLeaves(json)) append(`${event ?? ""} ${path}`, text);
      } else if (data.trim() !== "[DONE]") append(`${event ?? ""} $`, data);
    },
    all: () => texts.values(),
    tails(hasher) {
      const longestFirst = [...texts.values()].sort((a, b) => b.length - a.length);
      const hashes = new Set<string>();
      for (const text of longestFirst) {
        const { tail, length } = endOf(text);
        if (length > 0) hashes.add(hasher(tail));
        if (hashes.size >= MOST_TAILS) break;
      }
      return [...hashes];
    },
    get cut() {
      return cut;
    },
  };
}

/** The tail of a long text without reading all of it. */
function endOf(text: string): { tail: string; length: number } {
  const end = textTail(text.slice(-KEPT_END));
  return end.length >= TAIL_LENGTH ? end : textTail(text);
}

function* stringLeaves(value: unknown, path = "$", depth = 0): Generator<[path: string, text: string]> {
  if (typeof value === "string") yield [path, value];
  else if (typeof value === "object" && value !== null && depth < DEEPEST) {
    for (const [name, inner] of Object.entries(value)) yield* stringLeaves(inner, `${path}.${name}`, depth + 1);
  }
}
