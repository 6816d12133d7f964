import type { ChaosEvent } from "../core/event.ts";

/** Calls further back than this are not repeated any more. */
const MOST = 10_000;

/**
 * Tells retries as they come: the SDK's own mark, or the same identity or body after an attempt that did not deliver. The
 * report joins attempts with more care, and with the whole run before it; this one costs the same for every event.
 */
export function createRepeats() {
  const undelivered = new Map<string, true>();
  const keysOf = ({ body_hash, joins: { identity } }: ChaosEvent<"call_received">) =>
    identity === undefined ? [body_hash] : [body_hash, identity];
  return {
    isRepeat(event: ChaosEvent<"call_received">): boolean {
      return (event.joins.retry_count ?? 0) > 0 || keysOf(event).some((key) => undelivered.has(key));
    },
    ended(event: ChaosEvent<"call_received">, delivered: boolean): void {
      for (const key of keysOf(event)) {
        undelivered.delete(key);
        if (!delivered) undelivered.set(key, true);
        if (undelivered.size > MOST) undelivered.delete(undelivered.keys().next().value ?? "");
      }
    },
  };
}
