/** Time is handed in, never taken: logic that needs it gets a Clock, tests give it a fake one. */
export interface Clock {
  /** Monotonic milliseconds with a fraction. The zero point is the start of the run. */
  nowMs(): number;
  /** Wall clock in milliseconds since the epoch. */
  wallMs(): number;
  /** Calls back once after `ms` (never earlier); the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** Resolves after `ms`, or at once when the signal aborts. Tells which of the two it was. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<"elapsed" | "aborted"> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve("aborted");
    const onAbort = () => {
      cancel();
      resolve("aborted");
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve("elapsed");
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
