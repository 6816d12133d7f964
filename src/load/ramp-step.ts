import { type Clock, sleep } from "../core/clock.ts";
import type { EventBody } from "../core/event.ts";
import { SEARCHED, type Searched, stepShows } from "../core/ramp.ts";
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

export interface StepOptions {
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

/** What the driver saw of one repeat of a step. */
export interface StepEnd {
  /** Why its measurements cannot be trusted. */
  doubt: string | undefined;
  /** Why more callers cannot tell more. */
  hopeless: string | undefined;
  shows: ReadonlySet<Searched>;
}

/** One concurrency, once. */
export async function runStep(options: StepOptions, concurrency: number, repeat: number): Promise<StepEnd> {
  const { ramp, client, clock, watch, until, emit, onStep } = options;
  const over = new AbortController();
  const results: CallResult[] = [];
  let settling = true;

  await onStep({ concurrency, repeat, stage: "starting" });
  if (until.aborted) return { doubt: "the run stopped", hopeless: undefined, shows: new Set() };
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
  const hopeless = hopelessBecause(results);
  const why = doubt ?? hopeless;
  emit({ type: "load_step_ended", concurrency, repeat, trustworthy: doubt === undefined, ...(why && { why }) });
  void onStep({ concurrency, repeat, stage: "ended" });
  return { doubt, hopeless, shows: shownBy(results) };
}

function shownBy(results: readonly CallResult[]): Set<Searched> {
  const shows = (kind: Searched) =>
    stepShows({ hits: results.filter((result) => result[kind]).length, of: results.length });
  return new Set(SEARCHED.filter(shows));
}

function hopelessBecause(results: readonly CallResult[]): string | undefined {
  const lost = results.filter((result) => !result.succeeded && !result.shed).length;
  if (results.length < FEWEST_JUDGED || lost < results.length * HOPELESS_SHARE) return undefined;
  return `${formatShare(lost / results.length)} of its calls failed or hung`;
}
