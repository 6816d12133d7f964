import type { Clock } from "../core/clock.ts";
import { formatProblem } from "../core/errors.ts";
import type { EventSink } from "../core/event.ts";
import type { Scrubber } from "../core/secrets.ts";
import type { Upstream } from "../core/upstream.ts";
import { dialectsFor, whoseServer } from "../providers/index.ts";
import type { Destination } from "../proxy/index.ts";
import { createTokenCounter } from "../tokens/index.ts";
import {
  answerLocally,
  createHttpUpstream,
  createReplay,
  createStub,
  type Recorder,
  type Replay,
  type ReplayRules,
} from "../upstreams/index.ts";
import { openStandIn } from "./open-stand-in.ts";
import { baseOf, type StubChoice, type UpstreamChoice } from "./upstream-choice.ts";

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
  /** For what replay tells of its matches. */
  sink: EventSink;
  scrubber: Scrubber;
  notify(line: string): void;
  /** How cassettes are replayed. Default: strictly, at the recorded pace. */
  replay?: ReplayRules | undefined;
  /** Stands before each of them. Undefined: nothing can be recorded. */
  recorder?: Recorder | undefined;
}

/** Servers are reached when calls come, the counter is started when a stub counts; a cassette is opened now. */
export async function openUpstreams(
  choices: readonly UpstreamChoice[],
  { standIn, ...given }: Omit<Parts, "counter"> & { standIn?: StubChoice | undefined },
): Promise<OpenUpstreams> {
  const counter = createTokenCounter();
  const parts = { ...given, counter };
  const opened = await Promise.all(choices.map((choice) => openOne(choice, parts)));
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

interface Opened {
  destination: Destination;
  close(): Promise<void>;
}

async function openOne(choice: UpstreamChoice, parts: Parts): Promise<Opened> {
  const base = baseOf(choice);
  const { clock, seed, counter, recorder } = parts;
  const dialects = dialectsFor(base, choice.name);
  const { kind } = choice;
  const known = { ...whoseServer(base, choice.name), kind, dialects, passThroughTo: undefined };
  const recorded = (upstream: Upstream) => recorder?.wrap(upstream, dialects) ?? upstream;
  if (choice.kind === "live") {
    const { upstream, close } = createHttpUpstream({ base: choice.base, clock });
    const name = choice.name ?? choice.address;
    return { destination: { ...known, name, passThroughTo: base, upstream: recorded(upstream) }, close };
  }
  if (choice.kind === "replay") {
    const { upstream, close } = await openReplay(choice, { ...parts, dialects });
    return { destination: { ...known, name: choice.name ?? "replay", upstream, answerLocally }, close };
  }
  const profile = choice.profile === undefined ? {} : { profile: choice.profile };
  const { upstream, answer, close } = createStub({ seed, clock, dialects, counter, ...profile });
  const name = choice.name ?? "stub";
  return { destination: { ...known, name, upstream: recorded(upstream), answerLocally: answer }, close };
}

function openReplay(
  { path }: UpstreamChoice & { kind: "replay" },
  { clock, sink, scrubber, replay, notify, dialects }: Parts & { dialects: Destination["dialects"] },
): Promise<Replay> {
  return createReplay({
    path,
    clock,
    sink,
    scrubber,
    dialects,
    ...replay,
    onProblem: (problem) => notify(formatProblem(problem)),
    onBuild: (file, { bytes, of }) =>
      notify(
        bytes === 0
          ? `replay  ${file} (${mebibytes(of)}) has no index yet; it is read once to its end`
          : `replay  ${file}: ${mebibytes(bytes)} of ${mebibytes(of)} read`,
      ),
  });
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
