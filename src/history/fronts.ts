import type { ChaosEvent } from "../core/event.ts";
import type { Attempt, LogicalCall } from "../core/history.ts";
import { NO_FLAGS } from "./flags.ts";
import type { FrontDraft } from "./front-draft.ts";
import { Keeper, keepFrontStart } from "./keep.ts";

/** Gathers each front-door call's events as they come, and finds the call that an attempt was made for. */
export class FrontFold {
  readonly #drafts: FrontDraft[] = [];
  /** Those without an end: few at any time, so that they are found fast however long the log is. */
  readonly #open = new Map<string, FrontDraft>();
  readonly #byTrace = new Map<string, FrontDraft>();
  /** Made when the first attempt asks for it: most apps pass the trace on, and few prompts carry the id. */
  #byCallId: Map<string, FrontDraft> | undefined;
  readonly #keeper = new Keeper();

  add(event: ChaosEvent): void {
    if (event.type === "front_door_started") this.#begin(event);
    const draft = "front" in event ? this.#open.get(event.front) : undefined;
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
      logicalCalls: [],
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

  /** The id of the call that an attempt was made for. */
  readonly frontOf = (attempt: Attempt): string | undefined => this.#draftOf(attempt)?.id;

  /**
   * By the trace or the call id that our driver sent. A trace that the driver did not send tells nothing: instrumentation may open one
   * per request.
   */
  #draftOf({ received: { joins } }: Attempt): FrontDraft | undefined {
    const byTrace = joins.trace_id === undefined ? undefined : this.#byTrace.get(joins.trace_id);
    if (byTrace !== undefined || joins.call_id === undefined || joins.call_id === "") return byTrace;
    this.#byCallId ??= new Map(this.#drafts.map((draft) => [draft.started.call_id, draft]));
    return this.#byCallId.get(joins.call_id);
  }

  /** With their logical calls. `phaseAt` is asked with the time at which a call began. */
  finish(logicalCalls: readonly LogicalCall[], phaseAt: (ms: number) => string | undefined): FrontDraft[] {
    // Those of an earlier time.
    for (const draft of this.#drafts) if (draft.logicalCalls.length > 0) draft.logicalCalls = [];
    for (const call of logicalCalls) {
      const [first] = call.attempts;
      if (first !== undefined) this.#draftOf(first)?.logicalCalls.push(call);
    }
    // The driver's facts reach the log a little later: the time decides, not the envelope.
    for (const draft of this.#drafts) draft.phase = phaseAt(draft.started.started_at_ms) ?? draft.phase;
    return this.#drafts;
  }
}
