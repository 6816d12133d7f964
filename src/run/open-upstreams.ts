import type { Clock } from "../core/clock.ts";
import { dialectsFor, whoseServer } from "../providers/index.ts";
import type { Destination } from "../proxy/index.ts";
import { createTokenCounter } from "../tokens/index.ts";
import { createHttpUpstream, createStub } from "../upstreams/index.ts";
import type { UpstreamChoice } from "./upstream-choice.ts";

export interface OpenUpstreams {
  /** In the order in which they were named. */
  destinations: Destination[];
  close(): Promise<void>;
}

interface Parts {
  clock: Clock;
  seed: number;
  /** One for all stubs: its table of tokens is large. */
  counter: ReturnType<typeof createTokenCounter>;
}

/** Nothing is connected yet: servers are reached when calls come, the counter is started when a stub counts. */
export function openUpstreams(
  choices: readonly UpstreamChoice[],
  { clock, seed }: Pick<Parts, "clock" | "seed">,
): OpenUpstreams {
  const counter = createTokenCounter();
  const opened = choices.map((choice) => openOne(choice, { clock, seed, counter }));
  return {
    destinations: opened.map(({ destination }) => destination),
    async close() {
      await Promise.all(opened.map(({ close }) => close()));
      await counter.close();
    },
  };
}

function openOne(choice: UpstreamChoice, { clock, seed, counter }: Parts) {
  const base = choice.kind === "live" ? choice.base : undefined;
  const dialects = dialectsFor(base, choice.name);
  const known = { ...whoseServer(base, choice.name), dialects, passThroughTo: base };
  if (choice.kind === "live") {
    const { upstream, close } = createHttpUpstream({ base: choice.base, clock });
    return { destination: { ...known, kind: choice.kind, name: choice.name ?? choice.address, upstream }, close };
  }
  const profile = choice.profile === undefined ? {} : { profile: choice.profile };
  const { upstream, answer, close } = createStub({ seed, clock, dialects, counter, ...profile });
  return {
    destination: { ...known, kind: choice.kind, name: choice.name ?? "stub", upstream, answerLocally: answer },
    close,
  };
}
