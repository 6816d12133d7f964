import type { Attempt, Link, LogicalCall } from "../core/history.ts";
import { closedAtMs } from "../core/in-flight.ts";
import { confidenceOfEqualText, findReusedTexts, fitsAnnouncedTime, isTooLongAgo } from "./confidence.ts";

export type Substitute =
  | { predecessor: Attempt; kind: NonNullable<LogicalCall["follows"]>["kind"]; confidence: number }
  | { predecessor: Attempt; kind: "retry"; by: Link["by"]; confidence: number };

const modelKey = ({ received: { provider, model } }: Attempt) => `${provider} ${model}`;
const callerKey = ({ received: { key_hash } }: Attempt) => key_hash;

interface Options {
  /** In order of their heads. */
  attempts: readonly Attempt[];
  /** The prompts that several of them have. */
  repeated: ReadonlySet<string>;
  frontOf: (attempt: Attempt) => string | undefined;
  /** An attempt of the same logical call came after it. */
  isSuperseded: (attempt: Attempt) => boolean;
}

/**
 * Finds the failed attempt that a request with another body stands in for: the same last user message, sent to
 * another model or provider (fallback), after a cut (continuation), again without streaming, or again at the announced time
 * (retries whose body differs, the latter by a date or a nonce).
 */
export class SubstituteFinder {
  /** Failed attempts by prompt and front-door call, then by caller and model, in order of their end. */
  readonly #failed = new Map<string, Map<string, Attempt[]>>();
  readonly #reused: Set<string>;
  /** The same, whoever the caller was. */
  readonly #reusedByAnybody: Set<string>;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.#reused = findReusedTexts(options.attempts, textOfCaller);
    this.#reusedByAnybody = findReusedTexts(options.attempts, textOfAnybody);
  }

  closed(attempt: Attempt): void {
    if (this.#isAlone(attempt)) return;
    const byModel = this.#failed.get(this.#key(attempt)) ?? new Map<string, Attempt[]>();
    this.#failed.set(this.#key(attempt), byModel);
    const list = byModel.get(callerAndModel(attempt)) ?? [];
    byModel.set(callerAndModel(attempt), list);
    list.push(attempt);
  }

  find(attempt: Attempt): Substitute | undefined {
    if (this.#isAlone(attempt)) return undefined;
    const byModel = this.#failed.get(this.#key(attempt));
    if (byModel === undefined) return undefined;
    return this.#again(byModel, attempt) ?? this.#elsewhere(byModel, attempt);
  }

  /** The same model with another body. */
  #again(byModel: Map<string, Attempt[]>, attempt: Attempt): Substitute | undefined {
    const list = byModel.get(callerAndModel(attempt)) ?? [];
    const predecessor = this.#newest(list, attempt);
    if (predecessor === undefined || saysItIsAnother(predecessor, attempt)) return undefined;
    if (isTheSameUnstreamed(predecessor, attempt)) {
      list.pop();
      const textIsReused = this.#reused.has(textOfCaller(attempt));
      const facts = { sameFront: this.#frontOf(attempt) !== undefined, textIsReused };
      const confidence = confidenceOfEqualText(predecessor, attempt, facts);
      return { predecessor, kind: "retry", by: "prompt", confidence };
    }
    if (brokeOffInTheText(predecessor)) {
      list.pop();
      const confidence = this.#frontOf(attempt) === undefined ? 0.7 : 0.95;
      return { predecessor, kind: "continuation", confidence };
    }
    if (!fitsAnnouncedTime(predecessor, attempt)) return undefined;
    list.pop();
    return { predecessor, kind: "retry", by: "timing", confidence: 0.7 };
  }

  #elsewhere(byModel: Map<string, Attempt[]>, attempt: Attempt): Substitute | undefined {
    let best: { predecessor: Attempt; list: Attempt[]; closedMs: number } | undefined;
    for (const list of byModel.values()) {
      const [any] = list;
      if (any === undefined || !mayStandInFor(attempt, any)) continue;
      const predecessor = this.#newest(list, attempt);
      if (predecessor === undefined) continue;
      const closedMs = closedAtMs(predecessor) ?? 0;
      if (best === undefined || closedMs > best.closedMs) best = { predecessor, list, closedMs };
    }
    if (best === undefined) return undefined;
    best.list.pop();
    const { predecessor } = best;
    const sameCaller = callerKey(predecessor) === callerKey(attempt);
    const textIsReused = [predecessor, attempt].some((one) =>
      sameCaller ? this.#reused.has(textOfCaller(one)) : this.#reusedByAnybody.has(textOfAnybody(one)),
    );
    const facts = { sameFront: this.#frontOf(attempt) !== undefined, textIsReused };
    return { predecessor, kind: "fallback", confidence: confidenceOfEqualText(predecessor, attempt, facts) };
  }

  /** The last one of the list that nobody has taken up yet. */
  #newest(list: Attempt[], attempt: Attempt): Attempt | undefined {
    for (let last = list.at(-1); last !== undefined; last = list.at(-1)) {
      if (!this.#options.isSuperseded(last)) {
        const tooLongAgo = this.#frontOf(attempt) === undefined && isTooLongAgo(last, attempt.headAtMs);
        return tooLongAgo ? undefined : last;
      }
      list.pop();
    }
    return undefined;
  }

  /** No other request has its prompt. */
  #isAlone({ received }: Attempt): boolean {
    return !this.#options.repeated.has(received.prompt_hash);
  }

  #frontOf(attempt: Attempt): string | undefined {
    return this.#options.frontOf(attempt);
  }

  #key(attempt: Attempt): string {
    return `${attempt.received.prompt_hash} ${this.#frontOf(attempt) ?? ""}`;
  }
}

const callerAndModel = (attempt: Attempt) => `${callerKey(attempt)} ${modelKey(attempt)}`;
const textOfAnybody = (attempt: Attempt) => `${attempt.received.prompt_hash} ${modelKey(attempt)}`;
const textOfCaller = (attempt: Attempt) => `${callerKey(attempt)} ${textOfAnybody(attempt)}`;

/** Another model with the same key, or another provider, where the same caller has another key. */
function mayStandInFor(attempt: Attempt, failed: Attempt): boolean {
  // The text that is looked up and the text that is asked about are often the same: no answer stands in for a vector.
  if (isEmbedding(attempt) !== isEmbedding(failed)) return false;
  if (attempt.received.provider !== failed.received.provider) return true;
  return callerKey(attempt) === callerKey(failed) && modelKey(attempt) !== modelKey(failed);
}

function isEmbedding({ received: { dialect } }: Attempt): boolean {
  return dialect.endsWith("embeddings");
}

function brokeOffInTheText({ truncated, clientLeft, ended }: Attempt): boolean {
  return (truncated || clientLeft) && (ended?.text_length ?? 0) > 0 && ended?.tail_of !== "tool_arguments";
}

/** Asked for as a whole what had failed as a stream. A continuation has more to read, and an agent's helper calls on the same prompt are of another length. */
function isTheSameUnstreamed({ received: streamed }: Attempt, { received: whole }: Attempt): boolean {
  const same = (["path", "input_tokens", "tools"] as const).every((part) => streamed[part] === whole[part]);
  return streamed.stream && !whole.stream && same;
}

/** A caller that gives its calls identities would have given a retry the old one. */
function saysItIsAnother(a: Attempt, b: Attempt): boolean {
  return a.received.joins.identity !== undefined || b.received.joins.identity !== undefined;
}
