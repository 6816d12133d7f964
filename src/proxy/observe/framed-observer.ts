import type { CutFrame, FrameMeaning, FrameSplitter } from "../../core/dialect.ts";
import type { Usage } from "../../core/limits.ts";
import { TAIL_LENGTH, textTail } from "../../core/text.ts";
import { meaningOf } from "./meaning-of.ts";
import { hasContent, mergeUsage, type Observer, type ObserverOptions, type ReplySummary } from "./observer.ts";
import { type Said, saidIn } from "./tail.ts";

/** Characters of text kept for its end: white space, markup and punctuation do not count as letters. */
const CHARACTERS_KEPT = 64 * TAIL_LENGTH;

/** Reads a stream that is no server-sent events, every frame in full: formats that stream so send few and large ones. */
export class FramedObserver implements Observer {
  events = 0;
  tokens = 0;
  readonly #options: ObserverOptions;
  readonly #splitter: FrameSplitter;
  #text = "";
  #letters = 0;
  #said: Said | undefined;
  #contentSeen = false;
  #finishSeen = false;
  #errorInStream = false;
  #usage: Usage | undefined;

  constructor(options: ObserverOptions, splitter: FrameSplitter) {
    this.#options = options;
    this.#splitter = splitter;
  }

  data(chunk: Uint8Array): void {
    for (const frame of this.#splitter.push(chunk)) this.#read(frame);
  }

  end(complete: boolean, done: (summary: ReplySummary) => void): void {
    const { tail } = textTail(this.#text);
    done({
      events: this.events,
      tokens: this.#usage?.outputTokens ?? this.tokens,
      usage: this.#usage,
      finish: this.#finishSeen,
      errorInStream: this.#errorInStream,
      textTail: complete && this.#finishSeen ? undefined : tail || undefined,
      textLength: this.#letters,
      tailOf: this.#said === "toolArguments" ? "tool_arguments" : undefined,
      refusal: undefined,
    });
  }

  #read(frame: CutFrame): void {
    // The white space after the last frame is none.
    if (frame.data === undefined && frame.event === undefined) return;
    this.events++;
    const meaning = meaningOf(this.#options.dialect, { ...frame, arrivedMs: 0 });
    this.tokens += meaning.tokens;
    this.#keep(meaning);
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

  /** The text, or the arguments of a tool call: whichever was said last. */
  #keep(meaning: FrameMeaning): void {
    const said = saidIn(meaning);
    if (said === undefined) return;
    if (said !== this.#said) {
      this.#said = said;
      this.#text = "";
      this.#letters = 0;
    }
    this.#letters += textTail(meaning[said]).length;
    this.#text = (this.#text + meaning[said]).slice(-CHARACTERS_KEPT);
  }
}
