import type { FrameMeaning, StreamFrame, StreamPosition } from "../../core/dialect.ts";
import { hasContent } from "../observe/index.ts";

/** Counts what one stage has seen of the stream. */
export class PositionCounter {
  readonly #totalTokens: number | undefined;
  #bytes = 0;
  #events = 0;
  #tokens = 0;
  #contentSeen = false;
  #finishSeen = false;
  #usageSeen = false;
  #terminatorSeen = false;

  /** All tokens the reply will have, where that is known. */
  constructor(totalTokens?: number) {
    this.#totalTokens = totalTokens;
  }

  add(frame: StreamFrame, meaning: FrameMeaning): void {
    this.#bytes += frame.bytes.length;
    // Comments and blank lines are no events; neither are the chunks of a body outside a stream.
    if (frame.data !== undefined) this.#events++;
    this.#tokens += meaning.tokens;
    this.#contentSeen ||= hasContent(meaning);
    this.#finishSeen ||= meaning.finish !== undefined;
    this.#usageSeen ||= meaning.usage !== undefined;
    this.#terminatorSeen ||= meaning.terminator === true;
  }

  at(nowMs: number): StreamPosition {
    return {
      nowMs,
      bytes: this.#bytes,
      events: this.#events,
      tokens: this.#tokens,
      ...(this.#totalTokens !== undefined && { totalTokens: this.#totalTokens }),
      contentSeen: this.#contentSeen,
      finishSeen: this.#finishSeen,
      usageSeen: this.#usageSeen,
      terminatorSeen: this.#terminatorSeen,
    };
  }
}
