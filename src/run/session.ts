import { randomBytes } from "node:crypto";
import { EVENT_VERSION } from "../core/event.ts";
import { createRng } from "../core/rng.ts";
import type { AppFacts } from "../core/scenario.ts";
import { createHasher, createScrubber, type Scrubber } from "../core/secrets.ts";
import { whoseRequest } from "../providers/index.ts";
import { type RunningProxy, startProxy } from "../proxy/index.ts";
import type { Recorder } from "../upstreams/index.ts";
import { createAbortWatch } from "./abort-watch.ts";
import { appFacts } from "./app-facts.ts";
import { createKeyPrints, type KeyPrints, noticingKeys } from "./key-prints.ts";
import { limitLabels } from "./limit-labels.ts";
import { createLogger } from "./logger.ts";
import { openUpstreams } from "./open-upstreams.ts";
import type { EndReason, SessionOptions } from "./options.ts";
import { createRecording } from "./recording.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { watchSelfDelay } from "./self-delay.ts";
import { settlePlan } from "./settle-plan.ts";
import { createSpending, type Spending } from "./spending.ts";
import { createSystemClock } from "./system-clock.ts";
import { summariseUpstreams } from "./upstream-choice.ts";
import { VERSION } from "./version.ts";
import { createWeather, type Weather } from "./weather.ts";

export interface End {
  why: EndReason;
  detail: string | undefined;
}

/** A running proxy with its log, its weather and its switches. Who plays a scenario on it is in play.ts; who controls it, in control-host.ts. */
export interface Session extends Weather {
  readonly options: SessionOptions;
  readonly folder: RunFolder;
  readonly clock: ReturnType<typeof createSystemClock>;
  readonly proxy: RunningProxy;
  readonly scrubber: Scrubber;
  readonly hashSecret: string;
  readonly keys: KeyPrints;
  /** What was spent, saved and wasted up to now. */
  readonly spent: Spending["tally"];
  /** Stays in force whatever else is switched off. */
  readonly budget: Spending["budget"];
  readonly recording: Recorder;
  /** Resolves when somebody asked for the end: a signal, panic, abort_when, a broken log. */
  readonly stopped: Promise<End>;
  stop(end: End): void;
  /** Faults and virtual limits off, held bytes released, the scenario stopped. */
  panic(who: string): void;
  /** Drains the proxy and closes the log with `run_ended`. The report is made from the file afterwards. */
  close(end: End, drainMs: number): Promise<void>;
}

export async function startSession(options: SessionOptions): Promise<Session> {
  const clock = createSystemClock();
  const scrubber = createScrubber();
  for (const secret of options.secrets) scrubber.register(secret);
  const hashSecret = randomBytes(16).toString("hex");
  const hasher = createHasher(hashSecret);
  const keys = createKeyPrints(hasher);
  const rng = createRng(options.scenario.seed);
  const folder = createRunFolder({
    out: options.out,
    cwd: options.cwd,
    name: options.scenario.name,
    startedAt: new Date(clock.wallMs()),
    runId: options.runId,
  });
  const weather = createWeather(options, { clock, rng, eventsPath: folder.eventsPath });
  const recording = createRecording(options, { clock, scrubber, sink: weather.log });
  const upstreams = openUpstreams(options.upstreams, { clock, seed: options.scenario.seed, recorder: recording });
  const spending = createSpending(options, { clock, log: weather.log });
  let proxy: RunningProxy;
  try {
    proxy = await startProxy({
      listen: options.listen,
      destinations: upstreams.destinations,
      ownerOf: whoseRequest,
      limiter: weather.limiter,
      meter: spending.meter,
      standInOverBudget: options.budget?.over === "stub",
      limitOf: weather.limitOf,
      chooser: weather.chooser,
      sink: weather.log,
      clock,
      rng: rng.fork("proxy"),
      hasher,
      scrubber: noticingKeys(scrubber, keys),
      logger: createLogger(options.logLevel, scrubber),
      mark: options.mark,
    });
  } catch (error) {
    await Promise.all([weather.log.close(), upstreams.close()]);
    folder.discardIfUnused();
    throw error;
  }
  if (options.scenarioText !== undefined) folder.write("scenario.yaml", options.scenarioText);
  logStart({ options, weather, folder, facts: appFacts(options) });
  const { budget, tally: spent } = spending;
  const parts = { ...weather, options, folder, clock, proxy, scrubber, hashSecret, keys, recording, budget, spent };
  const session = withSwitches(parts, upstreams.close);
  await recordAtOnce(session);
  return session;
}

/** `--record`. After everything else stands, so that a start that fails leaves no empty cassette in the way of the next. */
async function recordAtOnce(session: Session): Promise<void> {
  const { record } = session.options;
  if (record === undefined) return;
  try {
    session.recording.start(record);
  } catch (error) {
    await session.close({ why: "broken", detail: "the cassette could not be created" }, 0);
    session.folder.discardIfUnused();
    throw error;
  }
}

function logStart(parts: {
  options: SessionOptions;
  weather: Weather;
  folder: RunFolder;
  facts: AppFacts | undefined;
}): void {
  const { options, weather, folder, facts } = parts;
  const { scenario, upstreams } = options;
  weather.log.append({
    type: "run_started",
    run_id: folder.runId,
    name: scenario.name,
    mode: options.mode,
    seed: scenario.seed,
    scenario,
    app: facts ?? null,
    upstream: summariseUpstreams(upstreams),
    limits: limitLabels(scenario),
    driven:
      options.mode === "run" &&
      options.loadCommand === undefined &&
      scenario.load !== undefined &&
      options.app?.frontDoor !== undefined &&
      options.appUrl !== undefined,
    reproduce: options.reproduce,
    versions: { llm_chaos: VERSION, node: process.version, event_schema: EVENT_VERSION },
  });
}

type Switches = "stopped" | "stop" | "panic" | "close";

/** The ways to end a session. */
function withSwitches(parts: Omit<Session, Switches>, closeUpstreams: () => Promise<void>): Session {
  const { options, log, timeline, proxy } = parts;
  const selfDelay = watchSelfDelay(log);
  const stopping = Promise.withResolvers<End>();
  const stop = (end: End) => stopping.resolve(end);
  log.onFailure((error) => {
    options.notify(
      `the event log cannot be written: ${error.message}. What was written stays; free the disk or choose another folder with --out`,
    );
    stop({ why: "broken", detail: `event log: ${error.message}` });
  });
  if (options.scenario.abortWhen !== undefined) {
    log.subscribe(createAbortWatch(options.scenario.abortWhen, (detail) => stop({ why: "abort_when", detail })));
  }
  return {
    ...parts,
    stopped: stopping.promise,
    stop,
    panic(who) {
      parts.chooser.panic();
      parts.limiter.disable();
      proxy.releaseAll();
      timeline.stop();
      if (options.mode === "run") stop({ why: "panic", detail: `by ${who}` });
    },
    async close(end, drainMs) {
      selfDelay.stop();
      timeline.stop();
      await proxy.close({ drainMs });
      await parts.recording.stop();
      const unwritten = settlePlan(parts.ledger, { options, log });
      const { why, detail } = unwritten === undefined ? end : ({ why: "broken", detail: unwritten } as const);
      log.append({ type: "run_ended", why, ...(detail !== undefined && { detail }) });
      await log.close();
      await closeUpstreams();
    },
  };
}
