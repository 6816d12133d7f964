import type { ChaosEvent } from "../core/event.ts";
import type { FrontDoorCall, LoadStep } from "../core/history.ts";

type Building = { -readonly [K in keyof LoadStep]: LoadStep[K] } & { seqs: number[]; calls: FrontDoorCall[] };

const NEVER_ENDED = "the step did not end";

const keyOf = (concurrency: number, repeat: number) => `${concurrency} ${repeat}`;

/** The steps of a ramp with their settled calls, in order. */
export class StepFold {
  readonly #steps = new Map<string, Building>();

  add(event: ChaosEvent): void {
    if (event.type === "load_step_started") {
      const { concurrency, repeat, seq } = event;
      const step = { concurrency, repeat, trustworthy: false, why: NEVER_ENDED, seqs: [seq], calls: [] };
      this.#steps.set(keyOf(concurrency, repeat), step);
    } else if (event.type === "load_step_settled" || event.type === "load_step_ended") {
      const step = this.#steps.get(keyOf(event.concurrency, event.repeat));
      step?.seqs.push(event.seq);
      if (step === undefined || event.type === "load_step_settled") return;
      step.trustworthy = event.trustworthy;
      step.why = event.why;
    }
  }

  finish(calls: readonly FrontDoorCall[]): LoadStep[] {
    for (const step of this.#steps.values()) step.calls = [];
    for (const call of calls) {
      const { step, repeat, settling } = call.started;
      if (step === undefined || settling === true) continue;
      this.#steps.get(keyOf(step, repeat ?? 1))?.calls.push(call);
    }
    return [...this.#steps.values()];
  }
}
