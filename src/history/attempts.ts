import type { ChaosEvent } from "../core/event.ts";
import type { Attempt } from "../core/history.ts";
import { Keeper, keepAdmitted, keepCost, keepEnd, keepUsage } from "./keep.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Building = Mutable<Omit<Attempt, "faults">> & { faults: readonly Mutable<Attempt["faults"][number]>[] };

export type CallEvent = Extract<ChaosEvent, { call: string }>;

/** Of the many attempts that none was chosen for. */
const NO_FAULTS: readonly [] = [];

/** Gathers each request's events as they come. Events of unknown calls are ignored. */
export class AttemptFold {
  readonly #attempts: Building[] = [];
  /** Those without an end: few at any time, so that they are found fast however long the log is. */
  readonly #open = new Map<string, Building>();
  /** Made when something is told of an attempt that has ended, which is rare. */
  #ended: Map<string, Building> | undefined;
  readonly #keeper = new Keeper();

  add(event: CallEvent): void {
    if (event.type === "call_received") {
      const begun = begin(event, this.#keeper);
      this.#attempts.push(begun);
      this.#open.set(event.call, begun);
      return;
    }
    const attempt = this.#open.get(event.call) ?? this.#findEnded(event.call);
    if (attempt === undefined) return;
    note(attempt, event, this.#keeper);
    if (event.type !== "reply_ended") return;
    this.#open.delete(event.call);
    this.#ended?.set(event.call, attempt);
  }

  #findEnded(call: string): Building | undefined {
    this.#ended ??= new Map(this.#attempts.map((attempt) => [attempt.call, attempt]));
    return this.#ended.get(call);
  }

  /** In order of arrival of the request head. */
  finish(): Attempt[] {
    // A large body makes a request's event come later than that of a request that arrived after it.
    return this.#attempts.toSorted((a, b) => a.headAtMs - b.headAtMs || a.received.seq - b.received.seq);
  }
}

function begin(event: ChaosEvent<"call_received">, keeper: Keeper): Building {
  return {
    call: event.call,
    phase: keeper.word(event.phase),
    received: keeper.received(event),
    headAtMs: event.head_at_ms,
    admitted: undefined,
    refused: undefined,
    faults: NO_FAULTS,
    upstreamKind: undefined,
    standsIn: undefined,
    replayMissed: undefined,
    upstreamStatus: undefined,
    upstreamFailed: undefined,
    ttftMs: undefined,
    usage: undefined,
    cost: undefined,
    ended: undefined,
    endAtMs: undefined,
    clientLeft: false,
    delivered: false,
    truncated: false,
  };
}

function note(attempt: Building, event: CallEvent, keeper: Keeper): void {
  switch (event.type) {
    case "call_admitted":
      attempt.admitted = keepAdmitted(event);
      break;
    case "call_refused":
      attempt.refused = keeper.refused(event);
      break;
    case "fault_chosen":
    case "fault_applied":
    case "fault_lost":
      noteFault(attempt, event);
      break;
    case "upstream_started":
      attempt.upstreamKind = event.kind;
      attempt.standsIn = event.because;
      break;
    case "replay_missed":
      attempt.replayMissed = event;
      break;
    case "cost_settled":
      attempt.cost = keepCost(event);
      break;
    case "upstream_headers":
      attempt.upstreamStatus = event.status;
      break;
    case "upstream_failed":
      attempt.upstreamFailed = event;
      break;
    case "first_content":
      attempt.ttftMs = event.ttft_ms;
      break;
    case "usage_seen":
      attempt.usage = keepUsage(event);
      break;
    case "client_left":
      attempt.clientLeft = true;
      break;
    case "reply_ended":
      noteEnd(attempt, event);
      break;
  }
}

function noteFault(attempt: Building, event: ChaosEvent<"fault_chosen" | "fault_applied" | "fault_lost">): void {
  if (event.type === "fault_chosen") {
    const { rule, fault, seq } = event;
    const chosen = { rule, fault, chosenSeq: seq, appliedSeq: undefined, lostWhy: undefined };
    attempt.faults = [...attempt.faults, chosen];
    return;
  }
  const chosen = attempt.faults.find((fault) => fault.rule === event.rule);
  if (chosen === undefined) return;
  if (event.type === "fault_lost") chosen.lostWhy = event.why;
  else chosen.appliedSeq ??= event.seq;
}

function noteEnd(attempt: Building, ended: ChaosEvent<"reply_ended">): void {
  attempt.ended = keepEnd(ended);
  attempt.endAtMs = ended.last_byte_at_ms;
  attempt.clientLeft ||= ended.how === "client_left";
  const success = ended.status >= 200 && ended.status < 300;
  // Some clients close the connection at the terminator: they left, and had everything.
  const sawTheEnd = ended.how === "complete" || ended.how === "client_left";
  attempt.delivered = success && sawTheEnd && ended.finish && !ended.error_in_stream;
  attempt.truncated = success && (ended.how === "complete" || ended.how === "cut") && !ended.finish;
}
