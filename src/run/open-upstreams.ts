import type { Clock } from "../core/clock.ts";
import type { Upstream } from "../core/upstream.ts";
import { dialectsFor, whoseServer } from "../providers/index.ts";
import type { Destination } from "../proxy/index.ts";
import { createTokenCounter } from "../tokens/index.ts";
import { createHttpUpstream, createStub, type Recorder } from "../upstreams/index.ts";
import { openStandIn } from "./open-stand-in.ts";
import type { StubChoice, UpstreamChoice } from "./upstream-choice.ts";

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
  /** Stands before each of them. Undefined: nothing can be recorded. */
  recorder?: Recorder | undefined;
}

/** Nothing is connected yet: servers are reached when calls come, the counter is started when a stub counts. */
export function openUpstreams(
  choices: readonly UpstreamChoice[],
  { clock, seed, recorder, standIn }: Omit<Parts, "counter"> & { standIn?: StubChoice | undefined },
): OpenUpstreams {
  const counter = createTokenCounter();
  const parts = { clock, seed, counter, recorder };
  const opened = choices.map((choice) => openOne(choice, parts));
  const stoodIn = opened.flatMap(({ destination }) => {
    if (standIn === undefined || destination.kind !== "live") return [];
    const opened = openStandIn(destination, { ...parts, choice: standIn });
    destination.standIn = opened.destination;
    return [opened];
  });
  return {
    destinations: opened.map(({ destination }) => destination),
    async close() {
      await Promise.all([...opened, ...stoodIn].map(({ close }) => close()));
      await counter.close();
    },
  };
}

function openOne(
  choice: UpstreamChoice,
  { clock, seed, counter, recorder }: Parts,
): { destination: Destination; close(): Promise<void> } {
  const base = choice.kind === "live" ? choice.base : undefined;
  const dialects = dialectsFor(base, choice.name);
  const known = { ...whoseServer(base, choice.name), dialects, passThroughTo: base };
  const recorded = (upstream: Upstream) => recorder?.wrap(upstream, dialects) ?? upstream;
  if (choice.kind === "live") {
    const { upstream, close } = createHttpUpstream({ base: choice.base, clock });
    const name = choice.name ?? choice.address;
    return { destination: { ...known, kind: choice.kind, name, upstream: recorded(upstream) }, close };
  }
  const profile = choice.profile === undefined ? {} : { profile: choice.profile };
  const { upstream, answer, close } = createStub({ seed, clock, dialects, counter, ...profile });
  const name = choice.name ?? "stub";
  return {
    destination: { ...known, kind: choice.kind, name, upstream: recorded(upstream), answerLocally: answer },
    close,
  };
}
