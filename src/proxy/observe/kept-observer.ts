import type { BodyReading, KeptReading } from "../../core/body-reading.ts";
import { NOTHING_SEEN, type Observer, type ObserverOptions, type ReplySummary } from "./observer.ts";
import { StreamObserver } from "./stream-observer.ts";

/**
 * A stream whose bytes may have been read before, as a recording that is replayed at full speed: read the first time, told
 * from memory later. Reading took a quarter of such a call's processor time (44 of 169 µs).
 */
export function createKeptObserver(options: ObserverOptions, kept: KeptReading): Observer {
  const { whole } = kept;
  return whole?.dialect === options.dialect
    ? new RecallingObserver(options, whole)
    : new KeepingObserver(options, kept);
}

/** Reads, and leaves what it found for the next. */
class KeepingObserver implements Observer {
  readonly #told: ({ content: true } | { finish: string })[] = [];
  readonly #reader: StreamObserver;
  readonly #dialect: ObserverOptions["dialect"];
  readonly #kept: KeptReading;

  constructor(options: ObserverOptions, kept: KeptReading) {
    this.#dialect = options.dialect;
    this.#kept = kept;
    this.#reader = new StreamObserver({
      ...options,
      onFirstContent: () => {
        this.#told.push({ content: true });
        options.onFirstContent();
      },
      onFinish: (finish) => {
        this.#told.push({ finish });
        options.onFinish(finish);
      },
    });
  }

  get events(): number {
    return this.#reader.events;
  }

  get tokens(): number {
    return this.#reader.tokens;
  }

  data(chunk: Uint8Array): void {
    this.#reader.data(chunk);
  }

  end(complete: boolean, done: (summary: ReplySummary) => void): void {
    this.#reader.end(complete, (summary) => {
      const { events, tokens, usage, finish, errorInStream } = summary;
      // Without a finish its end was looked at, too; that is rare, and not kept.
      if (complete && finish) {
        const estimatedTokens = this.#reader.tokens;
        const told = this.#told;
        this.#kept.whole = { dialect: this.#dialect, events, estimatedTokens, tokens, usage, errorInStream, told };
      }
      done(summary);
    });
  }
}

/** Tells what was found before, as soon as the bytes go out. */
class RecallingObserver implements Observer {
  events = 0;
  tokens = 0;
  readonly #options: ObserverOptions;
  readonly #whole: BodyReading;
  #chunk: Uint8Array | undefined;

  constructor(options: ObserverOptions, whole: BodyReading) {
    this.#options = options;
    this.#whole = whole;
  }

  data(chunk: Uint8Array): void {
    const { events, estimatedTokens, told } = this.#whole;
    this.#chunk = chunk;
    this.events = events;
    this.tokens = estimatedTokens;
    for (const one of told) {
      if ("finish" in one) this.#options.onFinish(one.finish);
      else this.#options.onFirstContent();
    }
  }

  end(complete: boolean, done: (summary: ReplySummary) => void): void {
    if (!complete || this.#chunk === undefined) {
      this.#readAgain(complete, done);
      return;
    }
    const { events, tokens, usage, errorInStream } = this.#whole;
    done({ ...NOTHING_SEEN, events, tokens, usage, finish: true, errorInStream });
  }

  /** The client left: then the end of the text is asked for, which is not kept. */
  #readAgain(complete: boolean, done: (summary: ReplySummary) => void): void {
    const reader = new StreamObserver({ ...this.#options, onFirstContent() {}, onFinish() {} });
    if (this.#chunk !== undefined) reader.data(this.#chunk);
    reader.end(complete, done);
  }
}
