import type { Clock } from "../core/clock.ts";
import type { Destination } from "../proxy/index.ts";
import type { TokenCounter } from "../tokens/index.ts";
import { createStub } from "../upstreams/index.ts";
import type { StubChoice } from "./upstream-choice.ts";

/** A stub that answers in a live upstream's place, in the formats of that one. */
export function openStandIn(
  live: Destination,
  { choice, ...parts }: { choice: StubChoice; clock: Clock; seed: number; counter: TokenCounter },
): { destination: Destination; close(): Promise<void> } {
  const { dialects } = live;
  const profile = choice.profile === undefined ? {} : { profile: choice.profile };
  const { upstream, close } = createStub({ ...parts, dialects, ...profile });
  return { destination: { name: choice.address, kind: "stub", upstream, passThroughTo: undefined, dialects }, close };
}
