import { crc32 } from "node:zlib";
import type { BorderFinder } from "./borders.ts";

/** The message's length, the length of its headers, and the checksum of the two: four bytes each, big-endian. */
const PRELUDE_BYTES = 12;
const CHECKED_BYTES = 8;
/** A prelude and the checksum behind the message. */
const SHORTEST = 16;

/**
 * Finds where the messages of an AWS event stream end: each tells its length. Where a prelude is not one (its checksum is wrong),
 * nothing further can be found, and every chunk is its own frame, so that nothing is held back.
 */
export function createAwsBorderFinder(): BorderFinder {
  const prelude = Buffer.alloc(PRELUDE_BYTES);
  let chunk: Uint8Array = new Uint8Array(0);
  let at = 0;
  /** Bytes of the present message so far, and all it will have. */
  let seen = 0;
  let length = 0;
  let lost = false;

  /** Takes what the chunk has of the prelude; knows the length when it is whole. */
  function takePrelude(): void {
    while (seen < PRELUDE_BYTES && at < chunk.length) prelude[seen++] = chunk[at++] as number;
    if (seen < PRELUDE_BYTES) return;
    length = prelude.readUInt32BE(0);
    lost = length < SHORTEST || crc32(prelude.subarray(0, CHECKED_BYTES)) !== prelude.readUInt32BE(CHECKED_BYTES);
  }

  /** Takes what the chunk has of the message; true when it is whole. */
  function takeMessage(): boolean {
    const taken = Math.min(length - seen, chunk.length - at);
    seen += taken;
    at += taken;
    if (seen < length) return false;
    seen = 0;
    return true;
  }

  return {
    begin(next) {
      chunk = next;
      at = 0;
    },
    next() {
      while (at < chunk.length) {
        if (!lost && seen < PRELUDE_BYTES) takePrelude();
        if (lost) {
          at = chunk.length;
          return at;
        }
        if (seen >= PRELUDE_BYTES && takeMessage()) return at;
      }
      return -1;
    },
  };
}
