import { type Clock, sleep } from "../core/clock.ts";
import type { Rng } from "../core/rng.ts";
import type { CallResult, CallTags, FrontDoorClient } from "./front-door-client.ts";

/** After a call that brought nothing a caller thinks this long. Without it an app that is down, or sheds at once, would be called thousands of times a second. */
const THINK_MS = { min: 50, max: 100 };

export interface ClosedLoopOptions {
  client: FrontDoorClient;
  concurrency: number;
  clock: Clock;
  /** For the think times. */
  rng: Rng;
  /** No call begins after this aborts. */
  until: AbortSignal;
  /** Asked before each call. */
  tags?: () => CallTags;
  onResult?: (result: CallResult, tags: CallTags) => void;
}

/** A fixed number of callers, each of which calls again as soon as its call has ended. Resolves when the last call has ended. */
export async function runClosedLoop(options: ClosedLoopOptions): Promise<void> {
  const callers = Array.from({ length: options.concurrency }, (_, i) =>
    runCaller(options, options.rng.fork(`caller-${i}`)),
  );
  await Promise.all(callers);
}

async function runCaller(options: ClosedLoopOptions, rng: Rng): Promise<void> {
  const { client, clock, until } = options;
  while (!until.aborted) {
    const tags = options.tags?.() ?? {};
    const result = await client.call({ tags });
    options.onResult?.(result, tags);
    if (!result.succeeded) await sleep(clock, THINK_MS.min + (THINK_MS.max - THINK_MS.min) * rng.next(), until);
  }
}
