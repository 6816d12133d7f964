import { join } from "node:path";
import {
  type ControlHost,
  type ControlResult,
  isLoopback,
  type RunningControl,
  startControl,
} from "../control/index.ts";
import { UserError } from "../core/errors.ts";
import type { ChaosEvent, EventBody } from "../core/event.ts";
import { parseFaultLine } from "../scenario/index.ts";
import { refuseShareOnLive } from "./check-share.ts";
import { reportRoutes } from "./current-report.ts";
import {
  createDashboard,
  type Dashboard,
  dashboardRoutes,
  describeFaults,
  sampleCallRoute,
} from "./dashboard/index.ts";
import { loadSent } from "./load-scenario.ts";
import { openMetrics, type RunningMetrics } from "./metrics.ts";
import { moneyStatus, setBudget } from "./money-status.ts";
import { stateFolder } from "./run-folder.ts";
import type { Session } from "./session.ts";
import { setLimits } from "./set-limits.ts";
import { summariseUpstreams } from "./upstream-choice.ts";
import { withoutPlaces } from "./without-places.ts";

/** Where `ctl` finds the token of a proxy started in the same folder. */
export function controlTokenPath(state: string): string {
  return join(state, "control-token");
}

function spectatorTokenPath(state: string): string {
  return join(state, "spectator-token");
}

/** The channel with the dashboard that it serves. */
export type OpenControl = RunningControl & Pick<Dashboard, "finish">;

/** Opens the control channel of a session, unless `--control off`. Only the path of a fresh token is told, never the token. */
export async function openControl(
  session: Session,
  metrics: RunningMetrics = openMetrics(session),
): Promise<OpenControl | undefined> {
  const { control, cwd, notify } = session.options;
  if (control === undefined) return undefined;
  for (const token of [control.token, control.spectatorToken])
    if (token !== undefined) session.scrubber.register(token);
  const state = stateFolder(cwd);
  const dashboard = createDashboard(session);
  const host = controlHost(session, dashboard);
  const running = await startControl({
    listen: control,
    hosts: control.hosts,
    // On loopback nothing travels that could be read; elsewhere the token would.
    tls: isLoopback(control.host) ? undefined : session.options.tls,
    token: control.token,
    tokenPath: controlTokenPath(state),
    spectatorToken: control.spectatorToken,
    spectatorTokenPath: spectatorTokenPath(state),
    routes: [...metrics.routes, ...reportRoutes(session), ...dashboardRoutes(host), sampleCallRoute(session)],
    host,
    clock: session.clock,
    onError: (error) => notify(`control channel: ${error instanceof Error ? error.message : error}`),
  });
  session.scrubber.register(running.token);
  if (running.spectatorToken !== undefined) session.scrubber.register(running.spectatorToken);
  const paths = [running.tokenPath, running.spectatorTokenPath && `read-only: ${running.spectatorTokenPath}`];
  const told = paths.filter((path) => path !== undefined);
  notify(`control ${running.url}${told.length === 0 ? "" : `   token in ${told.join(", ")}`}`);
  notify(`watch   ${running.pageUrl}`);
  return {
    ...running,
    finish: dashboard.finish,
    async close() {
      await dashboard.close();
      await running.close();
    },
  };
}

/** What a controller can do to a session. Every command is an event before it acts. */
function controlHost(session: Session, dashboard: Dashboard): ControlHost {
  const { log, chooser, clock, scrubber } = session;
  const scrubbed = <T>(value: T): T => JSON.parse(scrubber.scrub(JSON.stringify(value)));
  /** Whoever looks at a run that is over may read everything; what would have to stand in its log is refused. */
  const append = (event: EventBody): ChaosEvent => {
    if (log.closed) throw new UserError("the run is over: it can be looked at, not changed");
    return log.append(event);
  };
  return {
    ...scenarioSwitches(session),
    // A filled placeholder may stand in a rule's words.
    status: () => scrubbed(status(session)),
    inject(fault, { where, chance, ttlMs }) {
      const rule =
        typeof fault === "string" && where === undefined && chance === undefined ? fault : ruleOf(fault, where, chance);
      const parsed = withoutPlaces(() => parseFaultLine(rule, { id: "fault.inject" }));
      refuseShareOnLive([parsed], session.options.upstreams);
      const { id } = chooser.inject(rule, { ttlMs });
      return { id, endsAtMs: clock.nowMs() + ttlMs };
    },
    // A fault that was held is let go by its connection, which may well outlive the run.
    remove: (id) => !log.closed && chooser.remove(id),
    faults: () => scrubbed(chooser.active().map((fault) => ({ ...fault }))),
    setLimits: (params) => ({ limits: setLimits(session, params).map((row) => ({ ...row })) }),
    recording: recordingSwitch(session),
    budget: { set: (caps) => setBudget(session, caps) },
    drainLimits: () => session.limiter.drainToOneCall(),
    panic: (who) => session.panic(who),
    mark: (who, label, facts) =>
      void append(scrubbed({ type: "mark", label, who, ...(facts !== undefined && { facts: { ...facts } }) })),
    nowMs: () => clock.nowMs(),
    attach: () => ({
      run_id: session.folder.runId,
      at_ms: clock.nowMs(),
      last_seq: log.lastSeq,
      hash_secret: session.hashSecret,
    }),
    appendFacts: (events) => events.map((event) => append(scrubbed(event))),
    watch: dashboard.watch,
    describeFaults,
    eventsSince: (seq) => log.since(seq),
    subscribe: (listener) => log.subscribe(listener),
    command: (who, method, params) => void append({ type: "command", who, method, params: scrubbed(params ?? {}) }),
  };
}

/** A controller names a file, never a folder: what it records lies in the run's own. */
function recordingSwitch({ recording, folder, clock }: Session): NonNullable<ControlHost["recording"]> {
  return {
    start({ file = `cassette-at-${Math.round(clock.nowMs())}ms.jsonl` }) {
      const path = join(folder.path, file);
      recording.start(path);
      return { file: path };
    },
    async stop() {
      const state = await recording.stop();
      return { ...state, file: state?.file ?? null };
    },
  };
}

function scenarioSwitches(session: Session): Pick<ControlHost, "load" | "start" | "stop" | "next"> {
  const { timeline } = session;
  const refuse = (message: string, hint: string) => {
    throw new UserError(message, { hint });
  };
  return {
    load: (_who, sent) => loadSent(session, sent),
    start() {
      if (session.playing().phases.length === 0) {
        refuse(
          "there is no scenario to start",
          "load one with scenario.load, or start the proxy with one: llm-chaos proxy scenario.yaml",
        );
      }
      if (timeline.state() === "over")
        refuse("the scenario has been played", "scenario.load puts it back to its start");
      timeline.start();
    },
    stop(who) {
      timeline.stop();
      if (session.options.mode === "run") session.stop({ why: "interrupted", detail: `scenario.stop by ${who}` });
    },
    next: () => timeline.next(),
  };
}

/** A fault as a map with its `where` and `chance` beside it, as in a scenario. */
function ruleOf(fault: string | Readonly<Record<string, unknown>>, where: unknown, chance: number | undefined): object {
  if (typeof fault === "string") {
    throw new UserError("a fault written as YAML text carries its own where and chance", {
      hint: "put them into the text, or send the fault as a map",
    });
  }
  return { ...fault, ...(where !== undefined && { where }), ...(chance !== undefined && { chance }) };
}

function status(session: Session): ControlResult<"status"> {
  const { options, clock, timeline, proxy, chooser, limiter, log } = session;
  const playing = session.playing();
  const upstream = summariseUpstreams(options.upstreams);
  const phase = timeline.current();
  return {
    run_id: session.folder.runId,
    mode: options.mode,
    scenario: playing.name,
    scenario_state: timeline.state(),
    seed: playing.seed,
    upstream: upstream.address,
    upstream_kind: upstream.kind,
    proxy: proxy.url,
    at_ms: Math.round(clock.nowMs()),
    phase: session.phase(),
    phase_lasts_ms: phase?.lastsMs ?? null,
    in_flight: proxy.inFlight(),
    faults: chooser.active().map((fault) => ({ ...fault })),
    limits: limiter.readings().map((reading) => ({ ...reading })),
    limit_rows: playing.limits.map((row) => ({ ...row, limits: { ...row.limits } })),
    ...moneyStatus(session),
    last_seq: log.lastSeq,
  };
}
