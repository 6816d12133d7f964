import type { History } from "../../core/history.ts";
import type { Knee, ReactionProfile } from "../../core/report.ts";
import { readBackoff } from "./backoff.ts";
import { readFallback } from "./fallback.ts";
import { readInFlight } from "./in-flight.ts";
import { readPatience } from "./patience.ts";
import { readRetries } from "./retries.ts";
import { readRetryAfter } from "./retry-after.ts";
import { readShedding } from "./shedding.ts";

/**
 * How the app reacts, read off one run: each trait with its numbers, how many observations it rests on, and events that show
 * it. What the run gave no occasion for is named with the reason. `shedsAt`: where a ramp found shedding to begin.
 */
export function reactionProfile(history: History, shedsAt: Knee | null): ReactionProfile {
  const readings = [
    readRetries(history),
    readBackoff(history),
    readRetryAfter(history),
    readPatience(history),
    readInFlight(history),
    readFallback(history),
    readShedding(history, shedsAt),
  ];
  return {
    traits: readings.flatMap(({ traits }) => traits),
    notMeasured: readings.flatMap(({ notMeasured }) => notMeasured),
  };
}
