import type { ChaosEvent } from "../core/event.ts";
import type { Attempt } from "../core/history.ts";
import { NO_FLAGS } from "./flags.ts";
import { type FrontDraft, NO_CALLS } from "./front-draft.ts";
import { Keeper, keepFrontStart } from "./keep.ts";

export type FrontEvent = Extract<ChaosEvent, { front: string }>;

/** Gathers each front-door call's events as they come, and finds the call that an attempt was made for. */
export class FrontFold {
  readonly #drafts: FrontDraft[] = [];
  /** Those without an end: few at any time, so that they are found fast however long the log is. */
  readonly #open = new Map<string, FrontDraft>();
  readonly #byTrace = new Map<string, FrontDraft>();
  /** Made when the first attempt asks for it: most apps pass the trace on, and few prompts carry the id. */
  #byCallId: Map<string, FrontDraft> | undefined;
  readonly #keeper = new Keeper();

  add(event: FrontEvent): void {
    if (event.type === "front_door_started") this.#begin(event);
    const draft = this.#open.get(event.front);
    if (draft === undefined) return;
    if (event.type === "front_door_first_byte") draft.firstByteAtMs ??= event.at_ms;
    else if (event.type === "front_door_ended") {
      draft.ended = this.#keeper.frontEnd(event);
      this.#open.delete(event.front);
    }
  }

  #begin(event: ChaosEvent<"front_door_started">): void {
    const draft: FrontDraft = {
      id: event.front,
      phase: this.#keeper.word(event.phase),
      started: keepFrontStart(event),
      firstByteAtMs: undefined,
      ended: undefined,
      durationMs: undefined,
      logicalCalls: NO_CALLS,
      outcome: "hung",
      certain: false,
      flags: NO_FLAGS,
      because: "",
    };
    this.#drafts.push(draft);
    this.#open.set(event.front, draft);
    this.#byCallId?.set(draft.started.call_id, draft);
    if (event.trace_id !== "") this.#byTrace.set(event.trace_id, draft);
  }

  /**
   * The call that an attempt was made for, by the trace or the call id that our driver sent. A trace that the driver did not send tells
   * nothing: instrumentation may open one per request.
   */
  readonly draftOf = ({ received: { joins } }: Attempt): FrontDraft | undefined => {
    const byTrace = joins.trace_id === undefined ? undefined : this.#byTrace.get(joins.trace_id);
    if (byTrace !== undefined || joins.call_id === undefined || joins.call_id === "") return byTrace;
    this.#byCallId ??= new Map(this.#drafts.map((draft) => [draft.started.call_id, draft]));
    return this.#byCallId.get(joins.call_id);
  };

  /** Without logical calls, also those of an earlier time. `phaseAt` is asked with the time at which a call began. */
  finish(phaseAt: (ms: number) => string | undefined): FrontDraft[] {
    for (const draft of this.#drafts) {
      draft.logicalCalls = NO_CALLS;
      // The driver's facts reach the log a little later: the time decides, not the envelope.
      draft.phase = phaseAt(draft.started.started_at_ms) ?? draft.phase;
    }
    return this.#drafts;
  }
}
