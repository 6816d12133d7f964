import type { Clock } from "../core/clock.ts";
import type { Phase } from "../core/scenario.ts";

export interface TimelineOptions {
  phases: readonly Phase[];
  clock: Clock;
  /** `ended` undefined: the first phase starts. `started` undefined: nothing follows. */
  onPhase(started: Phase | undefined, ended: Phase | undefined): void;
}

/** Plays the phases one after the other. What comes before and after them is the session's business. */
export interface Timeline {
  /** Once; a second call does nothing. */
  start(): void;
  /** Ends the phase that is playing and starts the next. Also the only way out of a phase without a length. */
  next(): void;
  /** Ends the phase that is playing; nothing follows. */
  stop(): void;
  current(): Phase | undefined;
  state(): "waiting" | "playing" | "over";
  /** Ends the phase that is playing; other phases wait for `start`. `done` stays the first ones'. */
  load(phases: readonly Phase[]): void;
  /** Resolves when the last phase has ended, or on stop. */
  readonly done: Promise<void>;
}

export function createTimeline({ phases: given, clock, onPhase }: TimelineOptions): Timeline {
  let phases = given;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let state: ReturnType<Timeline["state"]> = "waiting";
  let index = -1;
  let cancel = () => {};

  const enter = (next: number, plannedMs: number) => {
    cancel();
    const ended = phases[index];
    index = next;
    const started = phases[index];
    if (started === undefined) state = "over";
    else if (started.lastsMs !== undefined) wake(plannedMs + started.lastsMs);
    onPhase(started, ended);
    if (state === "over") resolve();
  };
  // Ends are planned from the start, so late timers do not add up; a timer that fires early (very long phases) is set again.
  const wake = (atMs: number) => {
    cancel = clock.after(Math.max(0, atMs - clock.nowMs()), () => {
      if (clock.nowMs() < atMs) wake(atMs);
      else enter(index + 1, atMs);
    });
  };
  function stop(): void {
    if (state === "over") return;
    if (state === "playing") enter(phases.length, clock.nowMs());
    else {
      state = "over";
      resolve();
    }
  }
  return {
    start() {
      if (state !== "waiting") return;
      state = "playing";
      enter(0, clock.nowMs());
    },
    next() {
      if (state === "playing") enter(index + 1, clock.nowMs());
    },
    stop,
    current: () => (state === "playing" ? phases[index] : undefined),
    state: () => state,
    load(next) {
      stop();
      phases = next;
      index = -1;
      state = "waiting";
    },
    done,
  };
}
