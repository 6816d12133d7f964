/** Byte-pair merging costs the square of an unbroken run's length, so runs are cut. A cut adds at most about one token. */
const LONGEST_RUN = 400;
/** Three bytes a character make a run dearer by as much: 400 such characters take about 80 ms. */
const LONGEST_DENSE_RUN = 100;
/** Prose is handed out in pieces of this many characters, so that a time limit can be checked between them. */
const PIECE = 20_000;

const RUN = /\S+|\s+/g;
const DENSE = /[^\0-\u024F]/;

/** The text in pieces that joined give the text again, none with an unbroken run longer than about 400 characters. */
export function* cut(text: string): Generator<string> {
  let start = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (run.length > LONGEST_DENSE_RUN && isTooLong(run)) {
      if (index > start) yield text.slice(start, index);
      yield* slices(run);
      start = index + run.length;
    } else if (index - start > PIECE && run.trim() === run) {
      // Break before a word's leading space: the space belongs to the word's token.
      const end = index - 1;
      yield text.slice(start, end);
      start = end;
    }
  }
  if (start < text.length) yield text.slice(start);
}

function isTooLong(run: string): boolean {
  return run.length > LONGEST_RUN || DENSE.test(run);
}

function* slices(run: string): Generator<string> {
  const size = DENSE.test(run) ? LONGEST_DENSE_RUN : LONGEST_RUN;
  for (let start = 0; start < run.length; ) {
    let end = Math.min(start + size, run.length);
    if (end < run.length && isLowSurrogate(run.charCodeAt(end))) end++;
    yield run.slice(start, end);
    start = end;
  }
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
