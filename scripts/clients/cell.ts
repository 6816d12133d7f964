import type { Clock } from "../../src/core/clock.ts";
import type { ChaosEvent, EventBody, EventSink, EventType } from "../../src/core/event.ts";
import type { FaultChooser } from "../../src/core/fault.ts";
import { createRng } from "../../src/core/rng.ts";
import { createHasher, createScrubber, keyHash } from "../../src/core/secrets.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import { dialects } from "../../src/providers/index.ts";
import { type RunningProxy, startProxy } from "../../src/proxy/index.ts";
import type { CallStyle, Returned, Target } from "./client.ts";
import { type Thrown, thrownFacts } from "./thrown.ts";

/** What a client did in one trouble. */
export interface Observed {
  /** Requests that reached the proxy within the watch. */
  requests: number;
  /** Milliseconds between the arrivals of their heads. */
  gapsMs: readonly number[];
  /** `hangs`: a request was open when the watch ended. `waits`: none was, so the client sleeps before its next one. */
  end: "returned" | "threw" | "hangs" | "waits";
  /** From the call to its end; the whole watch when there was none. Milliseconds. */
  tookMs: number;
  /** Text that reached the caller. */
  text: string;
  /** An error that came as a value inside the stream. */
  carried?: string;
  returned?: Returned;
  thrown?: Thrown;
  /** The fault took effect in every request that was made. */
  exercised: boolean;
  /** Requests that the proxy did not recognise as an inference call. */
  unrecognised: number;
}

export interface Watch {
  clock: Clock;
  upstream: Upstream;
  chooser: FaultChooser;
  /** For how long the client is watched, in milliseconds. */
  watchMs: number;
  timeoutMs: number | undefined;
  /** Another one for every cell: a late retry of one must not be counted in the next. */
  key: string;
}

/** One call of a real client through a proxy of its own. */
export async function observe(style: Pick<CallStyle, "run">, watch: Watch): Promise<Observed> {
  const { clock } = watch;
  const log = memorySink(clock);
  const proxy = await openProxy(watch, log.sink);
  try {
    let text = "";
    let carried: string | undefined;
    const startedMs = clock.nowMs();
    const target: Target = {
      url: proxy.url,
      key: watch.key,
      timeoutMs: watch.timeoutMs,
      sawText: (piece) => {
        text += piece;
      },
      sawError: (words) => {
        carried = words;
      },
    };
    const ended = await settled(style.run(target), watch);
    const tookMs = clock.nowMs() - startedMs;
    // What a client asks beside the call, and what was asked by another cell's late retry, is not this call's.
    const heads = log.of("call_received").filter(({ key_hash }) => key_hash === keyHash(watch.key));
    const arrivals = heads.map(({ head_at_ms }) => head_at_ms);
    const applied = new Set(log.of("fault_applied").map(({ call }) => call));
    return {
      requests: heads.length,
      gapsMs: arrivals.slice(1).map((at, i) => at - (arrivals[i] ?? at)),
      tookMs,
      ...(ended ?? { end: proxy.inFlight() > 0 ? ("hangs" as const) : ("waits" as const) }),
      text: ended?.returned?.text ?? text,
      ...(carried !== undefined && { carried }),
      exercised: heads.every(({ call }) => applied.has(call)),
      unrecognised: log.of("passed_through").length,
    };
  } finally {
    await proxy.close({ drainMs: 0 });
  }
}

type Ended =
  | { end: "returned"; returned: Returned; thrown?: undefined }
  | { end: "threw"; thrown: Thrown; returned?: undefined };

/** Undefined: not within the watch. What comes later is nobody's. */
function settled(call: Promise<Returned>, { clock, watchMs }: Watch): Promise<Ended | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.after(watchMs, () => resolve(undefined));
    const end = (ended: Ended) => {
      cancel();
      resolve(ended);
    };
    call.then(
      (returned) => end({ end: "returned", returned }),
      (error: unknown) => end({ end: "threw", thrown: thrownFacts(error) }),
    );
  });
}

async function openProxy({ clock, upstream, chooser }: Watch, sink: EventSink): Promise<RunningProxy> {
  const quiet = () => {};
  return startProxy({
    listen: { host: "127.0.0.1", port: 0 },
    dialects,
    upstream,
    upstreamName: "stub",
    passThroughTo: undefined,
    limiter: undefined,
    chooser,
    sink,
    clock,
    rng: createRng(1),
    hasher: createHasher("clients"),
    scrubber: createScrubber(),
    logger: { info: quiet, warn: quiet, error: quiet },
    mark: false,
  });
}

function memorySink(clock: Clock) {
  const events: ChaosEvent[] = [];
  const sink: EventSink = {
    append(body: EventBody) {
      const event = {
        v: 1,
        seq: events.length + 1,
        t_ms: clock.nowMs(),
        at: "",
        phase: "clients",
        ...body,
      } as ChaosEvent;
      events.push(event);
      return event;
    },
  };
  const of = <T extends EventType>(type: T) =>
    events.filter((event) => event.type === type) as unknown as ChaosEvent<T>[];
  return { sink, of };
}
