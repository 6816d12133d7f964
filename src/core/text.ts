/** Small pure helpers on text that several folders share. */

/** Matches a pattern in which `*` stands for any run of characters. */
export function matchesGlob(pattern: string, value: string): boolean {
  if (!pattern.includes("*")) return pattern === value;
  const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`, "s").test(value);
}

/** How many letters and digits of a text's end stand for it when the proxy's view is joined with the driver's. */
export const TAIL_LENGTH = 32;

const NO_LETTER_OR_DIGIT = /[^\p{L}\p{N}]+/gu;

/** The last letters and digits, lower case: white space, markup and punctuation differ between a stream and what an app makes of it. */
export function textTail(text: string): { tail: string; length: number } {
  const letters = text.toLowerCase().replace(NO_LETTER_OR_DIGIT, "");
  // By code points, so that no letter outside the basic plane is cut in two; twice as many units surely hold enough of them.
  const tail = [...letters.slice(-2 * TAIL_LENGTH)].slice(-TAIL_LENGTH).join("");
  return { tail, length: letters.length };
}

/** A fixed marker that a driver may put into prompts, `lc-` and 8 hex digits; taken out of every fingerprint. */
export const CALL_ID = /lc-[0-9a-f]{8}/g;

/** The nearest known word, when it is near enough to be what was meant (at most a third of it differs). */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Levenshtein with swapped neighbours as one step (`tmp` for `tpm`), the commonest slip of the fingers. Three rows. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (beforePrevious[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      current[j] = Math.min(substitution, swap, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
