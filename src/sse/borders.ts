const LF = 10;
const CR = 13;

/** Finds where frames end. Keeps its place from chunk to chunk, looks at every byte once, copies nothing. */
export interface BorderFinder {
  /** Takes the next chunk of the stream. The one before must have been searched to its end. */
  begin(chunk: Uint8Array): void;
  /** The index just after the next frame's closing blank line; -1 when this chunk has no further one. */
  next(): number;
}

/**
 * A frame is closed by a blank line; a line by LF, CRLF or a lone CR. Blank lines in front of a frame belong to it.
 * A CR closes at once: the LF of a CRLF that was cut in the middle becomes the first byte of the next frame,
 * where it means nothing. So a frame never waits for a byte that may not come.
 */
export function createBorderFinder(): BorderFinder {
  let chunk: Uint8Array = new Uint8Array(0);
  let at = 0;
  /** The next CR at or after `at`, or the chunk's length: most streams have none, and are then searched only once. */
  let crAt = 0;
  let lineEmpty = true;
  let frameEmpty = true;
  let afterCr = false;

  function lineEnd(): number {
    if (crAt < at) {
      const found = chunk.indexOf(CR, at);
      crAt = found < 0 ? chunk.length : found;
    }
    const found = chunk.indexOf(LF, at);
    const lfAt = found < 0 ? chunk.length : found;
    return lfAt < crAt ? lfAt : crAt;
  }

  /** Takes one line terminator; true when the line it ends was the blank line that closes a frame. */
  function endLine(): boolean {
    const isCr = chunk[at++] === CR;
    if (!isCr && afterCr) {
      afterCr = false;
      return false;
    }
    afterCr = isCr;
    const closes = lineEmpty && !frameEmpty;
    lineEmpty = true;
    if (!closes) return false;
    frameEmpty = true;
    if (isCr && chunk[at] === LF) {
      at++;
      afterCr = false;
    }
    return true;
  }

  return {
    begin(next) {
      chunk = next;
      at = 0;
      crAt = -1;
    },
    next() {
      while (at < chunk.length) {
        const byte = chunk[at];
        if (byte === LF || byte === CR) {
          if (endLine()) return at;
        } else {
          lineEmpty = frameEmpty = afterCr = false;
          at = lineEnd();
        }
      }
      return -1;
    },
  };
}
