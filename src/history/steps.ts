import type { ChaosEvent } from "../core/event.ts";
import type { FrontDoorCall, LoadStep } from "../core/history.ts";

type Building = { -readonly [K in keyof LoadStep]: LoadStep[K] } & { seqs: number[]; calls: FrontDoorCall[] };

const NEVER_ENDED = "the step did not end";

/** The steps of a ramp with their settled calls, in order. */
export function foldSteps(events: readonly ChaosEvent[], calls: readonly FrontDoorCall[]): LoadStep[] {
  const steps = new Map<string, Building>();
  const key = (concurrency: number, repeat: number) => `${concurrency} ${repeat}`;
  for (const event of events) {
    if (event.type === "load_step_started") {
      const { concurrency, repeat, seq } = event;
      const step = { concurrency, repeat, trustworthy: false, why: NEVER_ENDED, seqs: [seq], calls: [] };
      steps.set(key(concurrency, repeat), step);
    } else if (event.type === "load_step_settled" || event.type === "load_step_ended") {
      const step = steps.get(key(event.concurrency, event.repeat));
      step?.seqs.push(event.seq);
      if (step === undefined || event.type === "load_step_settled") continue;
      step.trustworthy = event.trustworthy;
      step.why = event.why;
    }
  }
  for (const call of calls) {
    const { step, repeat, settling } = call.started;
    if (step === undefined || settling === true) continue;
    steps.get(key(step, repeat ?? 1))?.calls.push(call);
  }
  return [...steps.values()];
}
