import type { Usage } from "../../core/limits.ts";
import { createBorderFinder, HeldBytes, MAX_FRAME_BYTES, sseFrame } from "../../sse/index.ts";
import { createAttentionSearch } from "./attention.ts";
import { meaningOf } from "./meaning-of.ts";
import {
  hasContent,
  mergeUsage,
  NOTHING_SEEN,
  type Observer,
  type ObserverOptions,
  type ReplySummary,
} from "./observer.ts";
import { createTail } from "./tail.ts";

/**
 * Reads an event stream as cheaply as it can: every frame in full until the first content, later only frames that carry
 * one of the dialect's attention keys; the others are counted. The end of the text is read once, when the stream is over.
 */
export class StreamObserver implements Observer {
  events = 0;
  tokens = 0;
  readonly #options: ObserverOptions;
  readonly #borders = createBorderFinder();
  readonly #attention: ReturnType<typeof createAttentionSearch>;
  /** A frame that has not ended yet. */
  readonly #held = new HeldBytes();
  /** The unfinished frame is above the bound: it is not kept, and counts as one event without meaning. */
  #oversized = false;
  readonly #tail = createTail();
  #contentSeen = false;
  #finishSeen = false;
  #errorInStream = false;
  #usage: Usage | undefined;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#attention = createAttentionSearch(options.dialect);
  }

  data(chunk: Uint8Array): void {
    this.#tail.add(chunk);
    this.#borders.begin(chunk);
    const end = this.#held.size > 0 || this.#oversized ? this.#closeHeld(chunk) : 0;
    const rest = end < 0 ? 0 : this.#scan(chunk, end);
    if (rest < chunk.length) this.#keep(rest === 0 ? chunk : chunk.subarray(rest));
  }

  end(complete: boolean, done: (summary: ReplySummary) => void): void {
    this.#attention.end();
    const whole = complete && this.#finishSeen;
    done({
      ...NOTHING_SEEN,
      events: this.events,
      tokens: this.#outputTokens(),
      usage: this.#usage,
      finish: this.#finishSeen,
      errorInStream: this.#errorInStream,
      // Only what was cut short is ever compared with what the app delivered.
      ...(whole ? {} : this.#tail.read(this.#options.dialect)),
    });
  }

  /** Some formats send a first usage with the first frame; of a stream without its finish, what was seen counts if it is more. */
  #outputTokens(): number {
    if (this.#usage === undefined) return this.tokens;
    return this.#finishSeen ? this.#usage.outputTokens : Math.max(this.#usage.outputTokens, this.tokens);
  }

  /** The end of the frame that began in an earlier chunk; -1 when it does not end in this one either. */
  #closeHeld(chunk: Uint8Array): number {
    const end = this.#borders.next();
    if (end < 0) return end;
    this.events++;
    if (this.#oversized) {
      this.#oversized = false;
      return end;
    }
    const bytes = this.#held.takeWith(chunk.subarray(0, end));
    this.#attention.begin(bytes);
    if (!this.#contentSeen || this.#attention.next(0) < bytes.length) this.#read(bytes);
    else this.tokens++;
    return end;
  }

  /** All frames that begin and end in this chunk, from `from` on. Returns where the unfinished one begins. */
  #scan(chunk: Uint8Array, from: number): number {
    let start = from;
    /** Where the next attention key stands; -1: not searched yet. */
    let hit = -1;
    for (let end = this.#borders.next(); end >= 0; end = this.#borders.next()) {
      this.events++;
      if (this.#contentSeen && hit < start) {
        if (hit < 0) this.#attention.begin(chunk);
        hit = this.#attention.next(start);
      }
      // A frame that is only counted stands for one token: providers send about one per frame.
      if (this.#contentSeen && hit >= end) this.tokens++;
      else this.#read(chunk.subarray(start, end));
      start = end;
    }
    return start;
  }

  #keep(bytes: Uint8Array): void {
    if (this.#oversized) return;
    if (this.#held.size + bytes.length <= MAX_FRAME_BYTES) {
      this.#held.add(bytes);
      return;
    }
    this.#oversized = true;
    this.#held.clear();
  }

  #read(bytes: Uint8Array): void {
    const meaning = meaningOf(this.#options.dialect, sseFrame(bytes, "whole", 0));
    this.tokens += meaning.tokens;
    if (meaning.usage !== undefined) this.#usage = mergeUsage(this.#usage, meaning.usage);
    if (meaning.error !== undefined) this.#errorInStream = true;
    if (!this.#contentSeen && hasContent(meaning)) {
      this.#contentSeen = true;
      this.#options.onFirstContent();
    }
    if (!this.#finishSeen && meaning.finish !== undefined) {
      this.#finishSeen = true;
      this.#options.onFinish(meaning.finish);
    }
  }
}
