import type { ChaosEvent } from "../core/event.ts";
import type {
  KeptAdmitted,
  KeptCost,
  KeptEnd,
  KeptFrontEnd,
  KeptFrontStart,
  KeptReceived,
  KeptRefused,
  KeptUsage,
} from "../core/kept-events.ts";

/**
 * Copies out of an event what the history keeps of it, so that the event itself, which a line was parsed into, can be forgotten
 * at once: that is most of what a long log costs in time and memory. Every literal names all its fields, so that all are of one shape.
 */
export class Keeper {
  readonly #words = new Map<string, string>();
  readonly #matched = new Map<number, Matched>();

  /** The same text as the same string. Only for what recurs: models, paths, phases. */
  word(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    this.#words.set(text, text);
    return text;
  }

  received(event: ChaosEvent<"call_received">): KeptReceived {
    return {
      seq: event.seq,
      method: this.word(event.method),
      path: this.word(event.path),
      dialect: this.word(event.dialect),
      provider: this.word(event.provider),
      model: this.word(event.model),
      stream: event.stream,
      tools: event.tools,
      input_tokens: event.input_tokens,
      max_output_tokens: event.max_output_tokens,
      charge: event.charge,
      key_hash: this.word(event.key_hash),
      body_hash: event.body_hash,
      prompt_hash: event.prompt_hash,
      joins: event.joins,
    };
  }

  refused(event: ChaosEvent<"call_refused">): KeptRefused {
    return {
      seq: event.seq,
      t_ms: event.t_ms,
      origin: event.origin,
      trouble: this.word(event.trouble),
      status: event.status,
      dimension: event.dimension === undefined ? undefined : this.word(event.dimension),
      limit: event.limit,
      used: event.used,
      announced_ms: event.announced_ms,
    };
  }

  frontEnd(event: ChaosEvent<"front_door_ended">): KeptFrontEnd {
    return {
      seq: event.seq,
      at_ms: event.at_ms,
      status: event.status,
      how: event.how,
      matched: this.#sameMatched(event.matched),
      text_tails: event.text_tails.length === 0 ? NO_TAILS : event.text_tails,
      provider_text: event.provider_text,
      secret_shown: event.secret_shown,
    };
  }

  /** The matchers of an app have few combinations. */
  #sameMatched(matched: Matched): Matched {
    const key = keyOf(matched);
    const known = this.#matched.get(key);
    if (known === undefined) this.#matched.set(key, matched);
    return known ?? matched;
  }
}

const NO_TAILS: [] = [];
type Matched = KeptFrontEnd["matched"];

/** One for each combination of `matched`. */
function keyOf({ shed, fallback, done, incomplete, error }: Matched): number {
  let key = 0;
  for (const one of [shed, fallback, done, incomplete, error]) key = key * 3 + (one === undefined ? 0 : one ? 1 : 2);
  return key;
}

export function keepAdmitted({ seq, t_ms, readings }: ChaosEvent<"call_admitted">): KeptAdmitted {
  return { seq, t_ms, readings };
}

export function keepUsage({ input_tokens, output_tokens, cached_tokens }: ChaosEvent<"usage_seen">): KeptUsage {
  return { input_tokens, output_tokens, cached_tokens };
}

export function keepCost(event: ChaosEvent<"cost_settled">): KeptCost {
  const { seq, kind, input_tokens, output_tokens, usd, estimated } = event;
  return { seq, kind, input_tokens, output_tokens, usd, estimated };
}

export function keepEnd(event: ChaosEvent<"reply_ended">): KeptEnd {
  return {
    seq: event.seq,
    t_ms: event.t_ms,
    status: event.status,
    how: event.how,
    last_byte_at_ms: event.last_byte_at_ms,
    tokens: event.tokens,
    error_in_stream: event.error_in_stream,
    text_tail: event.text_tail,
    text_length: event.text_length,
    tail_of: event.tail_of,
  };
}

export function keepFrontStart(event: ChaosEvent<"front_door_started">): KeptFrontStart {
  const { seq, call_id, due_at_ms, started_at_ms, step, repeat, settling } = event;
  return { seq, call_id, due_at_ms, started_at_ms, step, repeat, settling };
}
