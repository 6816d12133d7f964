import type { Clock } from "../core/clock.ts";

export interface HoldOptions {
  clock: Clock;
  /** Milliseconds; undefined holds until released. */
  ms: number | undefined;
  /** Each of them releases. */
  releasedBy: readonly AbortSignal[];
}

/** Calls back once, when the time is over or a signal releases it. The returned function gives up: no call back. */
export function hold(options: HoldOptions, done: (how: "elapsed" | "released") => void): () => void {
  const { clock, ms, releasedBy } = options;
  let cancelTimer = () => {};
  const onAbort = () => settle("released");
  const giveUp = () => {
    cancelTimer();
    for (const signal of releasedBy) signal.removeEventListener("abort", onAbort);
  };
  const settle = (how: "elapsed" | "released") => {
    giveUp();
    done(how);
  };
  if (releasedBy.some((signal) => signal.aborted)) {
    done("released");
    return () => {};
  }
  for (const signal of releasedBy) signal.addEventListener("abort", onAbort);
  if (ms !== undefined) cancelTimer = clock.after(ms, () => settle("elapsed"));
  return giveUp;
}

export function heldFor(options: HoldOptions): Promise<"elapsed" | "released"> {
  return new Promise((resolve) => {
    hold(options, resolve);
  });
}
