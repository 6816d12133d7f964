/** Gives the place back; later calls do nothing. */
export type Release = () => void;

export interface Capacity {
  /** Waits in order for a place. `full`: the queue has no room. `aborted`: the caller left while waiting. */
  enter(signal: AbortSignal): Promise<Release | "full" | "aborted">;
  readonly busy: number;
  readonly queued: number;
}

/** So many calls at once, so many more in the queue: what makes overload real. */
export function createCapacity(limits: { concurrency: number; queue: number }): Capacity {
  let busy = 0;
  const queue: (() => void)[] = [];

  const take = (): Release => {
    busy++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      busy--;
      queue.shift()?.();
    };
  };

  return {
    get busy() {
      return busy;
    },
    get queued() {
      return queue.length;
    },
    async enter(signal) {
      if (signal.aborted) return "aborted";
      if (busy < limits.concurrency) return take();
      if (queue.length >= limits.queue) return "full";
      return new Promise((resolve) => {
        const onTurn = () => {
          signal.removeEventListener("abort", onAbort);
          resolve(take());
        };
        const onAbort = () => {
          queue.splice(queue.indexOf(onTurn), 1);
          resolve("aborted");
        };
        signal.addEventListener("abort", onAbort, { once: true });
        queue.push(onTurn);
      });
    },
  };
}
