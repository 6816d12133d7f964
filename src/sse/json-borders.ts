import type { BorderFinder } from "./borders.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Space, tab, LF, CR and the three bytes of a byte-order mark. */
const BLANK: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);
const SCALAR_START: ReadonlySet<number> = new Set(Buffer.from("-0123456789tfn"));
const SCALAR_END: ReadonlySet<number> = new Set([...BLANK, COMMA, CLOSE_LIST, CLOSE_OBJECT]);

/** `lost`: this is no JSON. There, and after the array, every chunk is its own frame, so that nothing is held back. */
type Place = "before" | "between" | "nested" | "text" | "scalar" | "after" | "lost";

/**
 * Finds where the elements of a JSON array end, as they come. The bracket or comma in front of an element belongs to its frame;
 * the closing bracket is the last frame. An element ends with its own last byte, so no frame waits for the comma behind it
 * (but a bare number or word, whose end only the next byte tells). Objects without an array around them count as well.
 */
export function createJsonBorderFinder(): BorderFinder {
  let chunk: Uint8Array = new Uint8Array(0);
  let at = 0;
  let place: Place = "before";
  let inArray = false;
  let depth = 0;
  let inText = false;
  let escaped = false;

  const closeValue = () => {
    place = inArray ? "between" : "before";
    return true;
  };

  function open(byte: number): void {
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      place = "nested";
      depth = 1;
    } else if (inArray && byte === QUOTE) place = "text";
    else if (inArray && SCALAR_START.has(byte)) place = "scalar";
    else place = "lost";
    inText = place === "text";
    escaped = false;
  }

  /** Takes one byte between values; true when it closes the array. */
  function outside(byte: number): boolean {
    at++;
    if (BLANK.has(byte)) return false;
    if (place === "before" && byte === OPEN_LIST) {
      place = "between";
      inArray = true;
    } else if (place === "between" && byte === CLOSE_LIST) {
      place = "after";
      return true;
    } else if (place === "before" || byte !== COMMA) open(byte);
    return false;
  }

  /** Takes one byte of a string; true when the string is a whole element. */
  function text(byte: number): boolean {
    at++;
    if (escaped) escaped = false;
    else if (byte === BACKSLASH) escaped = true;
    else if (byte === QUOTE) {
      inText = false;
      return place === "text" && closeValue();
    }
    return false;
  }

  /** Takes one byte of an object or list; true when it closes the element. */
  function nested(byte: number): boolean {
    at++;
    if (byte === QUOTE) inText = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) return --depth === 0 && closeValue();
    return false;
  }

  /** Takes one byte of a number or word; the byte behind it is not taken. */
  function scalar(byte: number): boolean {
    if (SCALAR_END.has(byte)) return closeValue();
    at++;
    return false;
  }

  function step(byte: number): boolean {
    if (inText) return text(byte);
    if (place === "nested") return nested(byte);
    return place === "scalar" ? scalar(byte) : outside(byte);
  }

  return {
    begin(next) {
      chunk = next;
      at = 0;
    },
    next() {
      while (at < chunk.length) {
        if (place === "after" || place === "lost") {
          at = chunk.length;
          return at;
        }
        if (step(chunk[at] as number)) return at;
      }
      return -1;
    },
  };
}
