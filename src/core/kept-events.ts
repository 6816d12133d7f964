import type { ChaosEvent } from "./event.ts";

/**
 * What a history keeps of a call's events: the fields that are read, and `seq`, by which evidence names the event. A run has
 * hundreds of thousands of them at once, so a field that nobody reads is left out; add one here and in history/keep.ts.
 */
export type KeptReceived = Pick<
  ChaosEvent<"call_received">,
  | "seq"
  | "method"
  | "path"
  | "dialect"
  | "provider"
  | "model"
  | "stream"
  | "tools"
  | "input_tokens"
  | "max_output_tokens"
  | "charge"
  | "key_hash"
  | "body_hash"
  | "prompt_hash"
  | "joins"
>;

export type KeptAdmitted = Pick<ChaosEvent<"call_admitted">, "seq" | "t_ms" | "readings">;

export type KeptRefused = Pick<
  ChaosEvent<"call_refused">,
  "seq" | "t_ms" | "origin" | "trouble" | "status" | "dimension" | "limit" | "used" | "announced_ms"
>;

export type KeptUsage = Pick<ChaosEvent<"usage_seen">, "input_tokens" | "output_tokens" | "cached_tokens">;

export type KeptCost = Pick<
  ChaosEvent<"cost_settled">,
  "seq" | "kind" | "input_tokens" | "output_tokens" | "usd" | "estimated"
>;

export type KeptEnd = Pick<
  ChaosEvent<"reply_ended">,
  | "seq"
  | "t_ms"
  | "status"
  | "how"
  | "last_byte_at_ms"
  | "tokens"
  | "error_in_stream"
  | "text_tail"
  | "text_length"
  | "tail_of"
>;

export type KeptFrontStart = Pick<
  ChaosEvent<"front_door_started">,
  "seq" | "call_id" | "due_at_ms" | "started_at_ms" | "step" | "repeat" | "settling"
>;

export type KeptFrontEnd = Pick<
  ChaosEvent<"front_door_ended">,
  "seq" | "at_ms" | "status" | "how" | "matched" | "text_tails" | "provider_text" | "secret_shown"
>;
