import type { FrameMeaning, StreamFrame } from "../../core/dialect.ts";

/** A stream may begin with fields that carry no event. No JSON body does. */
const EVENTLESS_FIELD = /^[\r\n\uFEFF]*(?::|retry:|id:)/;
const LONGEST_PREFIX = 16;

/**
 * Tells whether a reply is outside SSE (an unstreamed body, in chunks), frame by frame. Decided once, by the first frame that
 * shows it: later a comment, or a piece of an oversized event, looks like a chunk too.
 */
export function createFormSense(): (frame: StreamFrame, meaning: FrameMeaning) => boolean {
  let outsideSse: boolean | undefined;
  return (frame, meaning) => {
    if (outsideSse === undefined) {
      if (frame.data !== undefined || frame.event !== undefined) outsideSse = false;
      else if (frame.whole && !meaning.keepAlive && !isEventless(frame)) outsideSse = true;
    }
    return outsideSse === true;
  };
}

function isEventless({ bytes }: StreamFrame): boolean {
  return EVENTLESS_FIELD.test(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, LONGEST_PREFIX)));
}
