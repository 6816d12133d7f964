import type { ChaosEvent } from "../../core/event.ts";
import type { Attempt } from "./attempt.ts";
import type { Lane } from "./lane.ts";

/** Nobody is waited for longer than this after the announced time. */
const LONGEST_GAP_MS = 120_000;
/** Rows remembered by each kind of mark; the oldest is forgotten first. */
const MOST_REMEMBERED = 5_000;

/**
 * Finds the row of a new request while the run goes on: the same marks as the finished history reads (front door, identity,
 * retry count, equal body after a failure, then the same prompt at another model), without its confidences. What it gets wrong the
 * report gets right: it sees the whole run.
 */
export class Joins {
  readonly #byTrace = new Map<string, Lane>();
  readonly #byCallId = new Map<string, Lane>();
  readonly #byIdentity = new Map<string, Lane>();
  /** Rows whose last attempt failed, by the text they would repeat, and by the prompt they would ask another model. */
  readonly #failedByBody = new Map<string, Lane>();
  readonly #failedByPrompt = new Map<string, Lane>();

  frontOpened(lane: Lane, event: ChaosEvent<"front_door_started">): void {
    remember(this.#byTrace, event.trace_id, lane);
    remember(this.#byCallId, event.call_id, lane);
  }

  /** Undefined: a row of its own. */
  find(attempt: Attempt, joins: ChaosEvent<"call_received">["joins"]): Lane | undefined {
    const front = this.#byTrace.get(joins.trace_id ?? "") ?? this.#byCallId.get(joins.call_id ?? "");
    if (front !== undefined) return front;
    const identified = joins.identity === undefined ? undefined : this.#byIdentity.get(joins.identity);
    if (identified !== undefined) return identified;
    // A caller that sets an identity sets it on every attempt: an equal body alone does not join to it.
    if (joins.identity !== undefined) return undefined;
    return this.#takeFailed(this.#failedByBody, bodyKey(attempt), attempt) ?? this.#takeFallback(attempt);
  }

  joined(lane: Lane, joins: ChaosEvent<"call_received">["joins"]): void {
    if (joins.identity !== undefined) remember(this.#byIdentity, joins.identity, lane);
  }

  /** From now on others may repeat it. */
  failed(lane: Lane, attempt: Attempt): void {
    if (lane.front) return;
    remember(this.#failedByBody, bodyKey(attempt), lane);
    remember(this.#failedByPrompt, promptKey(attempt), lane);
  }

  #takeFallback(attempt: Attempt): Lane | undefined {
    const lane = this.#failedByPrompt.get(promptKey(attempt));
    // The same prompt at the same model with another body is a new call.
    if (lane?.last()?.model === attempt.model) return undefined;
    return this.#takeFailed(this.#failedByPrompt, promptKey(attempt), attempt);
  }

  #takeFailed(failed: Map<string, Lane>, key: string, attempt: Attempt): Lane | undefined {
    const lane = failed.get(key);
    failed.delete(key);
    const last = lane?.last();
    if (lane === undefined || last?.toMs === undefined || last.delivered) return undefined;
    const dueMs = last.toMs + (last.announcedMs ?? 0);
    return attempt.fromMs - dueMs > LONGEST_GAP_MS ? undefined : lane;
  }
}

function bodyKey({ keyHash, path, bodyHash }: Attempt): string {
  return `${keyHash} ${path} ${bodyHash}`;
}

function promptKey({ keyHash, promptHash }: Attempt): string {
  return `${keyHash} ${promptHash}`;
}

function remember(map: Map<string, Lane>, key: string, lane: Lane): void {
  if (key === "") return;
  map.delete(key);
  map.set(key, lane);
  if (map.size > MOST_REMEMBERED) map.delete(map.keys().next().value ?? "");
}
