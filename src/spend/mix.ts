import type { Mix, MixedAttempt } from "../core/mix.ts";
import type { Rng } from "../core/rng.ts";

/** A logical call, as far as it can be told while it runs. */
interface Placed {
  live: boolean;
  /** Its latest attempt delivered nothing whole: an equal request that comes now is its retry. */
  failed: boolean;
}

/** Requests and identities are remembered up to this many; the oldest is forgotten. */
const MOST_KEPT = 10_000;

/**
 * A retry is known as the finished history knows it: by its identity, by the client's own count, or as an equal request
 * whose predecessor failed. Everything else is a new call, and chance decides by the request and by how many equal ones
 * there were: the same seed sends the same calls to the live upstream.
 */
export function createMix({ share, rng }: { share: number; rng: Rng }): Mix {
  const byIdentity = new Map<string, Placed>();
  const byContent = new Map<string, { calls: number; latest: Placed }>();

  const placedBefore = ({ identity, retryCount = 0, content }: MixedAttempt): Placed | undefined => {
    if (identity !== undefined) return byIdentity.get(identity);
    const latest = byContent.get(content)?.latest;
    return latest !== undefined && (retryCount > 0 || latest.failed) ? latest : undefined;
  };
  const placeNew = ({ identity, content }: MixedAttempt): Placed => {
    const calls = (byContent.get(content)?.calls ?? 0) + 1;
    const placed = { live: rng.fork(`${content}/${calls}`).next() < share, failed: false };
    keep(byContent, content, { calls, latest: placed });
    if (identity !== undefined) keep(byIdentity, identity, placed);
    return placed;
  };

  return {
    place(attempt) {
      const placed = placedBefore(attempt) ?? placeNew(attempt);
      placed.failed = false;
      return {
        live: placed.live,
        ended: (delivered) => {
          placed.failed = !delivered;
        },
      };
    },
  };
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST_KEPT) map.delete(map.keys().next().value ?? "");
}
