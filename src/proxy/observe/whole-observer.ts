import type { FrameMeaning } from "../../core/dialect.ts";
import { textTail } from "../../core/text.ts";
import { hasContent, NOTHING_SEEN, type Observer, type ObserverOptions, type ReplySummary } from "./observer.ts";

/** Larger unstreamed replies are relayed unread. */
const MAX_WHOLE_BYTES = 8 * 1024 * 1024;

/** An unstreamed reply, read when it is over: an answer, or a provider's own refusal. */
export function createWholeObserver(options: ObserverOptions): Observer {
  const { dialect, status } = options;
  let chunks: Uint8Array[] = [];
  let size = 0;
  let tokens = 0;

  function readAnswer(body: Uint8Array, complete: boolean): ReplySummary {
    const meaning: FrameMeaning = dialect.readWhole(body);
    if (hasContent(meaning)) options.onFirstContent();
    if (meaning.finish !== undefined) options.onFinish(meaning.finish);
    const { tail, length } = textTail(meaning.text);
    const { usage } = meaning;
    tokens = usage?.outputTokens ?? meaning.tokens;
    const text = { textTail: length === 0 ? undefined : tail, textLength: length };
    return { ...NOTHING_SEEN, ...text, tokens, usage, finish: complete, errorInStream: meaning.error !== undefined };
  }

  function read(complete: boolean): ReplySummary {
    if (size > MAX_WHOLE_BYTES) return { ...NOTHING_SEEN, finish: complete && status < 400 };
    const body = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size);
    if (status < 400) return readAnswer(body, complete);
    return { ...NOTHING_SEEN, refusal: dialect.readRefusal(status, options.headers, body) };
  }

  return {
    events: 0,
    get tokens() {
      return tokens;
    },
    data(chunk) {
      size += chunk.length;
      if (size <= MAX_WHOLE_BYTES) chunks.push(chunk);
      else chunks = [];
    },
    end(complete, done) {
      let summary: ReplySummary;
      try {
        summary = read(complete);
      } catch {
        summary = { ...NOTHING_SEEN, finish: complete && status < 400 };
      }
      done(summary);
    },
  };
}
