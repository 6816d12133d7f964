import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "../../src/core/clock.ts";

/** Collects all garbage of this process again and again meanwhile: what happens to a busy app by itself, at times of our choosing. */
export async function whileCollecting(clock: Clock, everyMs: number, work: () => Promise<void>): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  let cancel = () => {};
  const again = () => {
    cancel = clock.after(everyMs, () => {
      collect();
      again();
    });
  };
  again();
  try {
    await work();
  } finally {
    cancel();
  }
}
