import { randomBytes } from "node:crypto";
import { createRng } from "../core/rng.ts";
import { createHasher, createScrubber, type Scrubber } from "../core/secrets.ts";
import { whoseRequest } from "../providers/index.ts";
import { type RunningProxy, startProxy } from "../proxy/index.ts";
import { createMix } from "../spend/index.ts";
import type { Recorder } from "../upstreams/index.ts";
import { createAbortWatch } from "./abort-watch.ts";
import { appFacts } from "./app-facts.ts";
import { createKeyPrints, type KeyPrints, noticingKeys } from "./key-prints.ts";
import { createLogger } from "./logger.ts";
import { openUpstreams } from "./open-upstreams.ts";
import type { EndReason, SessionOptions } from "./options.ts";
import { createRecording } from "./recording.ts";
import { createRunFolder, type RunFolder } from "./run-folder.ts";
import { runStarted } from "./run-started.ts";
import { watchSelfDelay } from "./self-delay.ts";
import { settlePlan } from "./settle-plan.ts";
import { budgetEnd, createSpending, type Spending } from "./spending.ts";
import { createSystemClock } from "./system-clock.ts";
import { summariseUpstreams } from "./upstream-choice.ts";
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
  const upstreams = await openUpstreams(options.upstreams, {
    clock,
    scrubber,
    sink: weather.log,
    seed: options.scenario.seed,
    recorder: recording,
    standIn: options.standIn,
    replay: options.replay,
    notify: options.notify,
  }).catch(async (error: unknown) => {
    await weather.log.close();
    folder.discardIfUnused();
    throw error;
  });
  const spending = createSpending(options, { clock, log: weather.log });
  let proxy: RunningProxy;
  try {
    proxy = await startProxy({
      listen: options.listen,
      tls: options.tls && { cert: options.tls.cert, key: options.tls.key },
      destinations: upstreams.destinations,
      ownerOf: whoseRequest,
      limiter: weather.limiter,
      meter: spending.meter,
      mix: options.mix === undefined ? undefined : createMix({ share: options.mix, rng: rng.fork("mix") }),
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
  const upstream = summariseUpstreams(options.upstreams);
  weather.log.append(runStarted(options, { runId: folder.runId, facts: appFacts(options), upstream }));
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
  // Whoever plays a scenario to its end cannot do so without the calls that were refused.
  if (options.mode === "run") {
    log.subscribe((event) => {
      const detail = budgetEnd(event);
      if (detail !== undefined) stop({ why: "budget", detail });
    });
  }
  return {
    ...parts,
    stopped: stopping.promise,
    stop,
    panic(who) {
      const counted = parts.limiter.counting;
      parts.chooser.panic();
      parts.limiter.disable();
      if (counted && !log.closed) log.append({ type: "limits_changed", limits: [], rows: [] });
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
      const { why, detail } =
        unwritten === undefined ? endOf(end, parts) : ({ why: "broken", detail: unwritten } as const);
      log.append({ type: "run_ended", why, ...(detail !== undefined && { detail }) });
      await log.close();
      await closeUpstreams();
    },
  };
}

/** A run that came to its end has not, where the budget refused calls on the way; a proxy's natural end is a stop by hand. */
function endOf(end: End, { budget, options }: Pick<Session, "budget" | "options">): End {
  const byItself = ["completed", "app_ended", ...(options.mode === "proxy" ? ["interrupted"] : [])].includes(end.why);
  const { refused } = budget.state();
  if (!byItself || refused === 0 || options.budget?.over === "stub") return end;
  return { why: "budget", detail: `${refused} ${refused === 1 ? "call was" : "calls were"} refused` };
}
