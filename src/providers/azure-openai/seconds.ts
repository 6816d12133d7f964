import { wholeMs } from "../shared/go-duration.ts";

/** Azure speaks of waits in whole seconds everywhere. Rounded up, and at least 1, like its Retry-After. */
export function wholeSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(wholeMs(ms) / 1_000)));
}
