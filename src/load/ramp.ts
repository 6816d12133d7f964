import { type Clock, sleep } from "../core/clock.ts";
import type { EventBody } from "../core/event.ts";
import type { Rng } from "../core/rng.ts";
import type { Load } from "../core/scenario.ts";
import { formatShare } from "../core/units.ts";
import { runClosedLoop } from "./closed-loop.ts";
import type { CallResult, CallTags, FrontDoorClient } from "./front-door-client.ts";
import type { LoopWatch } from "./loop-watch.ts";
import type { StepNotice } from "./protocol.ts";

/** A step in which at least this share of the judged calls brought nothing (sheds apart) is the ramp's last: more callers cannot tell more. */
const HOPELESS_SHARE = 0.9;
const FEWEST_JUDGED = 3;

export interface RampOptions {
  ramp: Extract<Load, { kind: "ramp" }>;
  client: FrontDoorClient;
  clock: Clock;
  rng: Rng;
  watch: LoopWatch;
  until: AbortSignal;
  emit: (event: EventBody) => void;
  /** Awaited for `starting`, so that the walls can be drained before the first call of a step. */
  onStep(step: StepNotice): Promise<void>;
}

/** The concurrencies of a ramp: each the last one times the factor, rounded up and at least one more, and `to` at the end. */
export function rampSteps({ from, to, factor }: { from: number; to: number; factor: number }): number[] {
  const steps: number[] = [];
  for (let next = from; next < to; next = Math.max(next + 1, Math.ceil(next * factor))) steps.push(next);
  return [...steps, to];
}

/** Steps of growing concurrency. Between steps all calls end (each has its deadline). Ends early when a step cannot be trusted or is hopeless, and says so. */
export async function runRamp(options: RampOptions): Promise<void> {
  const { ramp, until, emit } = options;
  for (const concurrency of rampSteps(ramp)) {
    for (let repeat = 1; repeat <= ramp.repeats; repeat++) {
      if (until.aborted) return;
      const stopBecause = await runStep(options, concurrency, repeat);
      if (stopBecause === undefined) continue;
      if (!until.aborted && concurrency < ramp.to) {
        emit({
          type: "warning",
          code: "ramp_stopped",
          text: `the ramp stopped at ${concurrency} callers: ${stopBecause}`,
        });
      }
      return;
    }
  }
}

/** One concurrency, once. Returns why the ramp should not go on, if so. */
async function runStep(options: RampOptions, concurrency: number, repeat: number): Promise<string | undefined> {
  const { ramp, client, clock, watch, until, emit, onStep } = options;
  const over = new AbortController();
  const results: CallResult[] = [];
  let settling = true;

  await onStep({ concurrency, repeat, stage: "starting" });
  if (until.aborted) return "the run stopped";
  emit({ type: "load_step_started", concurrency, repeat });
  watch.begin();
  const callers = runClosedLoop({
    client,
    concurrency,
    clock,
    rng: options.rng.fork(`step-${concurrency}-${repeat}`),
    until: over.signal,
    tags: (): CallTags => ({ step: concurrency, repeat, settling }),
    onResult: (result, tags) => {
      if (tags.settling === false) results.push(result);
    },
  });
  await sleep(clock, ramp.settleMs, until);
  if (!until.aborted) {
    settling = false;
    emit({ type: "load_step_settled", concurrency, repeat });
    void onStep({ concurrency, repeat, stage: "settled" });
    await sleep(clock, ramp.holdMs, until);
  }
  over.abort();
  await callers;

  const doubt = until.aborted ? "the run stopped before the step was over" : watch.doubt();
  const why = doubt ?? hopeless(results);
  emit({ type: "load_step_ended", concurrency, repeat, trustworthy: doubt === undefined, ...(why && { why }) });
  void onStep({ concurrency, repeat, stage: "ended" });
  return why;
}

function hopeless(results: readonly CallResult[]): string | undefined {
  const lost = results.filter((result) => !result.succeeded && !result.shed).length;
  if (results.length < FEWEST_JUDGED || lost < results.length * HOPELESS_SHARE) return undefined;
  return `${formatShare(lost / results.length)} of its calls failed or hung`;
}
