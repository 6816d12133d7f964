import type { Dialect, LlmCall, ReplyContext, RetryHint, TroubleKind } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import type { Dimension, LimitRefusal, RefusalDimension } from "../../core/limits.ts";
import type { JsonRecord } from "../shared/json.ts";
import type { Signs } from "../shared/signs.ts";
import type { ChatHabits } from "../shared/wall.ts";

/**
 * An error as a provider words it. `{model}`, `{organization}`, `{request_id}`, `{context_length}` and `{prompt_tokens}` are
 * filled in; of a limit also `{phrase}`, `{limit}`, `{used}`, `{requested}` and `{again}`.
 */
export interface ErrorWords {
  status: number;
  message: string;
  type?: string | null;
  param?: string | null;
  code?: string | number | null;
  /** Fields of the error beside those. */
  more?: JsonRecord;
}

/** Troubles that the gateway in front may answer with its HTML page instead. */
type GatewayTrouble = "bad_gateway" | "timeout";
/** Troubles with fixed words. */
type FixedTrouble = Exclude<TroubleKind, "rate_limit" | "budget" | "replay_miss" | GatewayTrouble>;

export interface LimitWords {
  /** Which hints it gives by itself. */
  hints: readonly RetryHint[];
  refusal: ErrorWords;
  /** One request above the limit. Default: as the others, without a wait. */
  tooLarge?: ErrorWords;
  /** The hint in the text, `{wait}` as Go prints durations: filled in as `{again}`, or put at the end where the message has no place for it. */
  again: string;
  /** The error's type by what was refused, where it is not that of the words above. */
  types?: { requests: string; tokens: string };
  phrases: Readonly<Record<RefusalDimension, string>>;
  /** Headers of a refusal beside the countdown; `untilMs`: when the text hint says to come again, in wall time. */
  headers?(refusal: LimitRefusal, untilMs: number | undefined): HeaderList;
  /** The error's own copy of those headers. */
  copy?(headers: HeaderList): JsonRecord;
}

/** One countdown header. */
export interface CountdownRow {
  header: string;
  dimension: Dimension;
  shows: "limit" | "remaining" | "reset";
}

/** Everything in which a provider that speaks OpenAI's formats differs from OpenAI: data, not code. */
export interface CompatibleProvider {
  provider: string;
  /** The host of its API, or the end of it after a dot. */
  hosts: readonly string[];
  /** Undefined: nothing in a request tells it, only the user's own word does. */
  signs: Signs | undefined;
  /** A comment it sends while a stream is silent. */
  keepAlive?: string;
  /** Its envelope. Default: `{ error: { message, type, param, code } }`. */
  envelope?(error: JsonRecord, status: number): JsonRecord;
  /** What stands around the envelope in a stream. Default: the envelope alone. */
  streamEnvelope?(envelope: JsonRecord, facts: { call: LlmCall; context: ReplyContext }): JsonRecord;
  errors: Readonly<Record<FixedTrouble, ErrorWords> & Record<GatewayTrouble, ErrorWords | "page">>;
  limit: LimitWords;
  countdown: readonly CountdownRow[];
  /** On every reply of the API itself. */
  headers(context: ReplyContext): HeaderList;
  /** Default: OpenAI's. */
  charge?: Dialect["charge"];
  chat?: ChatHabits;
}
