import type { FrameMeaning } from "../../core/dialect.ts";
import { textTail } from "../../core/text.ts";
import { hasContent, NOTHING_SEEN, type Observer, type ObserverOptions, type ReplySummary } from "./observer.ts";

/** Larger unstreamed replies are relayed unread. */
const MAX_WHOLE_BYTES = 8 * 1024 * 1024;

/** An unstreamed reply, read when it is over: an answer, or a provider's own refusal. */
export class WholeObserver implements Observer {
  readonly events = 0;
  tokens = 0;
  readonly #options: ObserverOptions;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  data(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.#size <= MAX_WHOLE_BYTES) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  end(complete: boolean, done: (summary: ReplySummary) => void): void {
    let summary: ReplySummary;
    try {
      summary = this.#read(complete);
    } catch {
      summary = this.#unread(complete);
    }
    done(summary);
  }

  #unread(complete: boolean): ReplySummary {
    return { ...NOTHING_SEEN, finish: complete && this.#options.status < 400 };
  }

  #read(complete: boolean): ReplySummary {
    if (this.#size > MAX_WHOLE_BYTES) return this.#unread(complete);
    const { dialect, status, headers } = this.#options;
    const [only] = this.#chunks;
    const body = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks, this.#size);
    if (status < 400) return this.#readAnswer(dialect.readWhole(body), complete);
    return { ...NOTHING_SEEN, refusal: dialect.readRefusal(status, headers, body) };
  }

  #readAnswer(meaning: FrameMeaning, complete: boolean): ReplySummary {
    if (hasContent(meaning)) this.#options.onFirstContent();
    if (meaning.finish !== undefined) this.#options.onFinish(meaning.finish);
    const { usage } = meaning;
    this.tokens = usage?.outputTokens ?? meaning.tokens;
    return {
      ...NOTHING_SEEN,
      ...(complete ? {} : tailOf(meaning.text)),
      tokens: this.tokens,
      usage,
      finish: complete,
      errorInStream: meaning.error !== undefined,
    };
  }
}

function tailOf(text: string): Pick<ReplySummary, "textTail" | "textLength"> {
  const { tail, length } = textTail(text);
  return { textTail: length === 0 ? undefined : tail, textLength: length };
}
