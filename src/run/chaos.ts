import { randomBytes } from "node:crypto";
import type { ChaosEvent } from "../core/event.ts";
import { EVENT_VERSION } from "../core/event.ts";
import type { History } from "../core/history.ts";
import type { ReportedExpectation } from "../core/report.ts";
import { createRng } from "../core/rng.ts";
import type { Scenario } from "../core/scenario.ts";
import { createHasher, createScrubber } from "../core/secrets.ts";
import { judge } from "../expectations/index.ts";
import { createEventLog, foldHistory } from "../history/index.ts";
import { createLimiter } from "../limits/index.ts";
import { whoseRequest } from "../providers/index.ts";
import { startProxy } from "../proxy/index.ts";
import { createChooser, loadScenario } from "../scenario/index.ts";
import type { ReplayRules } from "../upstreams/index.ts";
import { openUpstreams } from "./open-upstreams.ts";
import { createSystemClock } from "./system-clock.ts";
import { parseUpstreams, summariseUpstreams } from "./upstream-choice.ts";
import { VERSION } from "./version.ts";

/** The one stretch of time that a proxy inside a test has. */
const PHASE = "test";

export interface ChaosOptions {
  /** URL, `stub`, `stub:profile.yaml` or `replay:cassette.jsonl`; several as `name=…`. Default: the built-in stub. */
  upstream?: string | readonly string[];
  /** How a cassette is replayed (`upstream: "replay:tape.jsonl"`). Default: strictly, at the recorded pace. */
  replay?: ReplayRules;
  /** Counted limits, as rows of a scenario's `limits`. */
  limits?: readonly object[];
  /** Default 1. The same seed makes the same decisions. */
  seed?: number;
}

/** A fault as in a scenario: `{ rate_limit: { dimension: "tpm", retry_after: "2s" }, where: { model: "gpt-4o" } }`. */
export type FaultInput = Readonly<Record<string, unknown>> | string;

/** A proxy inside a test: port 0, log in memory, closed by `await using`. */
export interface Chaos extends AsyncDisposable {
  /** `http://127.0.0.1:port`; for OpenAI's SDKs use `baseURL`. */
  readonly url: string;
  /** The same with `/v1`. */
  readonly baseURL: string;
  /** Active until removed. Throws InvalidFileError when it is no valid fault. */
  inject(fault: FaultInput): { remove(): boolean };
  /** All faults off, held bytes released. */
  panic(): void;
  /** Every event so far. */
  readonly events: readonly ChaosEvent[];
  /** The three levels, folded from the events so far. */
  readonly history: History;
  /** Judges what was seen so far by expectations as in a scenario: `[{ retry_amplification: { at_most: 1.5 } }]`. */
  judge(expectations: readonly object[]): ReportedExpectation[];
  close(): Promise<void>;
}

/** Starts a proxy in this process. Throws a UserError when the upstream or the limits are not valid. */
export async function startChaos(options: ChaosOptions = {}): Promise<Chaos> {
  const seed = options.seed ?? 1;
  const clock = createSystemClock();
  const scrubber = createScrubber();
  const rng = createRng(seed);
  const scenario = scenarioOf({ limits: options.limits ?? [] }, seed);
  const log = createEventLog({ clock, phase: () => PHASE });
  const chooser = createChooser({ scenario, phase: () => PHASE, rng: rng.fork("faults"), clock });
  const choices = parseUpstreams([options.upstream ?? "stub"].flat());
  const upstreams = await openUpstreams(choices, {
    clock,
    seed,
    sink: log,
    scrubber,
    notify() {},
    replay: options.replay,
  });
  const proxy = await startProxy({
    listen: { host: "127.0.0.1", port: 0 },
    destinations: upstreams.destinations,
    ownerOf: whoseRequest,
    limiter: scenario.limits.length === 0 ? undefined : createLimiter({ specs: scenario.limits, clock }),
    chooser,
    sink: log,
    clock,
    rng: rng.fork("proxy"),
    hasher: createHasher(randomBytes(16).toString("hex")),
    scrubber,
    logger: { info() {}, warn() {}, error() {} },
    mark: false,
  });
  const close = async () => {
    await proxy.close({ drainMs: 0 });
    await upstreams.close();
    await log.close();
  };
  /** A log of its own for each verdict, so that the expectations stand in it as in a run's. */
  const eventsFor = (expect: readonly object[]): ChaosEvent[] => {
    const events = log.since(0);
    const start = startOf(scenarioOf({ expect }, seed), summariseUpstreams(choices));
    return [start, ...events, endAfter(events.at(-1) ?? start)];
  };
  return {
    url: proxy.url,
    baseURL: `${proxy.url}/v1`,
    inject(fault) {
      const { id } = chooser.inject(fault, { ttlMs: Number.POSITIVE_INFINITY });
      return { remove: () => chooser.remove(id) };
    },
    panic() {
      chooser.panic();
      proxy.releaseAll();
    },
    get events() {
      return log.since(0);
    },
    get history() {
      return foldHistory(eventsFor([]));
    },
    judge: (expectations) => judge(foldHistory(eventsFor(expectations))),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Through the loader, so that a mistake is found and worded as in a file. */
function scenarioOf(parts: { limits?: readonly object[]; expect?: readonly object[] }, seed: number): Scenario {
  const text = JSON.stringify({ name: "in-process", seed, phases: [{ name: PHASE, lasts: "1s" }], ...parts });
  return loadScenario({ text, env: process.env }).scenario;
}

/** A test judges when it has seen what it wanted to see: the run is whole. */
function endAfter(last: ChaosEvent): ChaosEvent<"run_ended"> {
  return {
    v: EVENT_VERSION,
    seq: last.seq + 1,
    t_ms: last.t_ms,
    at: last.at,
    phase: PHASE,
    type: "run_ended",
    why: "completed",
  };
}

function startOf(scenario: Scenario, upstream: ChaosEvent<"run_started">["upstream"]): ChaosEvent<"run_started"> {
  return {
    v: EVENT_VERSION,
    seq: 0,
    t_ms: 0,
    at: new Date(0).toISOString(),
    phase: PHASE,
    type: "run_started",
    run_id: "in-process",
    name: scenario.name,
    mode: "proxy",
    seed: scenario.seed,
    scenario,
    app: null,
    upstream,
    limits: [],
    driven: false,
    reproduce: "",
    versions: { llm_chaos: VERSION, node: process.version, event_schema: EVENT_VERSION },
  };
}
