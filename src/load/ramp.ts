import { rampSteps } from "../core/ramp.ts";
import type { StepEnd, StepOptions } from "./ramp-step.ts";
import { runStep } from "./ramp-step.ts";
import { searchKnees } from "./search.ts";

/**
 * Steps of growing concurrency. Between steps all calls end (each has its deadline). Ends early when a step cannot be trusted or is
 * hopeless, and says so. With `search`, the intervals in which behaviours begin are then narrowed.
 */
export async function runRamp(options: StepOptions): Promise<void> {
  const climbed = await climb(options);
  if (options.ramp.search !== undefined && !options.until.aborted) await searchKnees(options, climbed);
}

/** The steps that were played, with what each of their repeats showed. */
async function climb(options: StepOptions): Promise<Map<number, StepEnd[]>> {
  const { ramp, until, emit } = options;
  const climbed = new Map<number, StepEnd[]>();
  for (const concurrency of rampSteps(ramp)) {
    const ends: StepEnd[] = [];
    climbed.set(concurrency, ends);
    for (let repeat = 1; repeat <= ramp.repeats; repeat++) {
      if (until.aborted) return climbed;
      const end = await runStep(options, concurrency, repeat);
      ends.push(end);
      const why = end.doubt ?? end.hopeless;
      if (why === undefined) continue;
      if (!until.aborted && concurrency < ramp.to) {
        const text = `the ramp stopped at ${concurrency} callers: ${why}`;
        emit({ type: "warning", code: "ramp_stopped", text });
      }
      return climbed;
    }
  }
  return climbed;
}
