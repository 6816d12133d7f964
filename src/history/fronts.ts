import type { ChaosEvent } from "../core/event.ts";
import type { Attempt, LogicalCall } from "../core/history.ts";
import { NO_FLAGS } from "./flags.ts";
import type { FrontDraft } from "./front-draft.ts";
import { keepFrontEnd, keepFrontStart } from "./keep.ts";

/** Gathers each front-door call's events as they come, and finds the call that an attempt was made for. */
export class FrontFold {
  readonly #drafts = new Map<string, FrontDraft>();
  readonly #byTrace = new Map<string, string>();
  /** Made when the first attempt asks for it: most apps pass the trace on, and few prompts carry the id. */
  #byCallId: Map<string, string> | undefined;

  add(event: ChaosEvent): void {
    if (event.type === "front_door_started") {
      const { front, trace_id: trace } = event;
      this.#drafts.set(front, {
        id: front,
        phase: event.phase,
        started: keepFrontStart(event),
        firstByteAtMs: undefined,
        ended: undefined,
        durationMs: undefined,
        logicalCalls: [],
        outcome: "hung",
        certain: false,
        flags: NO_FLAGS,
        because: "",
      });
      if (trace !== "") this.#byTrace.set(trace, front);
      return;
    }
    const draft = "front" in event ? this.#drafts.get(event.front) : undefined;
    if (draft === undefined) return;
    if (event.type === "front_door_first_byte") draft.firstByteAtMs ??= event.at_ms;
    else if (event.type === "front_door_ended") draft.ended ??= keepFrontEnd(event);
  }

  /**
   * By the trace or the call id that our driver sent. A trace that the driver did not send tells nothing: instrumentation may open one
   * per request.
   */
  readonly frontOf = ({ received: { joins } }: Attempt): string | undefined => {
    const byTrace = joins.trace_id === undefined ? undefined : this.#byTrace.get(joins.trace_id);
    if (byTrace !== undefined || joins.call_id === undefined || joins.call_id === "") return byTrace;
    this.#byCallId ??= new Map(Array.from(this.#drafts.values(), ({ id, started }) => [started.call_id, id]));
    return this.#byCallId.get(joins.call_id);
  };

  /** With their logical calls. `phaseAt` is asked with the time at which a call began. */
  finish(logicalCalls: readonly LogicalCall[], phaseAt: (ms: number) => string | undefined): FrontDraft[] {
    for (const call of logicalCalls) this.#drafts.get(call.front ?? "")?.logicalCalls.push(call);
    // The driver's facts reach the log a little later: the time decides, not the envelope.
    const drafts = [...this.#drafts.values()];
    for (const draft of drafts) draft.phase = phaseAt(draft.started.started_at_ms) ?? draft.phase;
    return drafts;
  }
}
