import type { ChaosEvent } from "../../core/event.ts";
import type { AttemptKind, AttemptRow } from "../view.ts";

/** One request at the proxy while the dashboard follows it. */
export interface Attempt {
  readonly call: string;
  readonly model: string;
  readonly keyHash: string;
  readonly path: string;
  readonly bodyHash: string;
  readonly promptHash: string;
  readonly retryCount: number | undefined;
  readonly inputTokens: number;
  readonly charge: number;
  readonly fromMs: number;
  admitted: boolean;
  upstreamAnswered: boolean;
  ttftMs: number | undefined;
  announcedMs: number | undefined;
  usage: { input: number; output: number } | undefined;
  toMs: number | undefined;
  kind: AttemptKind;
  status: number;
  tokens: number;
  /** Hash of the end of a text that was not whole. */
  textTail: string | undefined;
  /** Ended cleanly with a 2xx, a finish and no error inside. */
  delivered: boolean;
  /** Its part of the money is counted when both its end and its cost are known. */
  costUsd: number | undefined;
  faults: string[];
  fallbackTo: string | undefined;
}

export function beginAttempt(event: ChaosEvent<"call_received">): Attempt {
  return {
    call: event.call,
    model: event.model,
    keyHash: event.key_hash,
    path: event.path,
    bodyHash: event.body_hash,
    promptHash: event.prompt_hash,
    retryCount: event.joins.retry_count,
    inputTokens: event.input_tokens,
    charge: event.charge,
    fromMs: event.head_at_ms,
    admitted: false,
    upstreamAnswered: false,
    ttftMs: undefined,
    announcedMs: undefined,
    usage: undefined,
    toMs: undefined,
    kind: "open",
    status: 0,
    tokens: 0,
    textTail: undefined,
    delivered: false,
    costUsd: undefined,
    faults: [],
    fallbackTo: undefined,
  };
}

export function endAttempt(attempt: Attempt, event: ChaosEvent<"reply_ended">): void {
  const success = event.status >= 200 && event.status < 300;
  attempt.toMs = event.last_byte_at_ms;
  attempt.status = event.status;
  attempt.textTail = event.text_tail;
  attempt.tokens = attempt.usage?.output ?? event.tokens;
  // Some clients close the connection at the terminator: they left, and had everything.
  const sawTheEnd = event.how === "complete" || event.how === "client_left";
  attempt.delivered = success && sawTheEnd && event.finish && !event.error_in_stream;
  attempt.kind = kindOf(attempt, event, success);
}

function kindOf(attempt: Attempt, event: ChaosEvent<"reply_ended">, success: boolean): AttemptKind {
  if (attempt.delivered) return "answered";
  if (event.how === "client_left") return "left";
  if (event.how === "hung") return "hung";
  if (event.how === "cut" || event.how === "reset") return "cut";
  if (success) return event.error_in_stream ? "error" : "cut";
  return event.status === 429 || event.status === 529 ? "refused" : "error";
}

export function attemptRow(attempt: Attempt): AttemptRow {
  const { call, fromMs, toMs, kind, status, tokens, announcedMs, fallbackTo } = attempt;
  return { call, fromMs: whole(fromMs), toMs: toMs && whole(toMs), kind, status, tokens, announcedMs, fallbackTo };
}

/** Nothing on the page is finer than a millisecond. */
export function whole(ms: number): number {
  return Math.round(ms);
}
