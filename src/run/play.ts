import type { RunningApp } from "../app/index.ts";
import type { RunningControl } from "../control/index.ts";
import { isNormalEnd } from "../core/event.ts";
import { formatDuration } from "../core/units.ts";
import type { EventLog } from "../history/index.ts";
import { type RunningDriver, startDriver } from "../load/index.ts";
import { DEFAULT_DEADLINE_MS } from "./app-facts.ts";
import { baseUrls } from "./families.ts";
import { tellFrontDoorUnseen } from "./front-door-unseen.ts";
import { launchApp, warmUp } from "./launch-app.ts";
import { type RunningLoad, startLoadCommand } from "./load-command.ts";
import type { Playable } from "./playable.ts";
import type { End } from "./session.ts";

const NO_CALL_WARNING_MS = 20_000;

/** Plays the scenario to its end: app up, warm, phases and load together, drain, everything down. Returns why it ended. */
export async function play(session: Playable, control: RunningControl | undefined): Promise<End> {
  const calls = countCalls(session.log);
  const stop = stopSignal(session);
  const { app, ready } = await launchApp(session, stop);
  let driver: RunningDriver | undefined;
  let load: RunningLoad | undefined;
  try {
    if (ready) await warmUp(session, stop);
    if (stop.aborted) return await session.stopped;
    driver = openDriver(session);
    await driver?.ready;
    const cancelWarning = warnWithoutCalls(session, calls);
    session.timeline.start();
    driver?.start();
    load = openLoadCommand(session, control);
    const end = await firstEnd(session, { driver, app, load });
    cancelWarning();
    await load?.stop();
    await drain(session, driver, end);
    return end;
  } finally {
    await load?.stop();
    await driver?.stop({ drainMs: 0 });
    await app?.stop();
  }
}

/** Aborts when somebody asks for the end. */
function stopSignal(session: Playable): AbortSignal {
  const stop = new AbortController();
  void session.stopped.then(() => stop.abort());
  return stop.signal;
}

/** Counts the calls that came, for the warning that none did. */
function countCalls(log: Pick<EventLog, "subscribe">): () => number {
  let calls = 0;
  log.subscribe((event) => {
    if (event.type === "call_received") calls++;
  });
  return () => calls;
}

function openDriver(session: Playable): RunningDriver | undefined {
  const { scenario, app, appUrl } = session.options;
  const unseen = whyUnseen(session);
  if (unseen !== undefined) tellFrontDoorUnseen(session, unseen);
  if (unseen !== undefined || scenario.load === undefined || app?.frontDoor === undefined || appUrl === undefined)
    return undefined;
  const driver = startDriver({
    load: scenario.load,
    frontDoor: app.frontDoor,
    url: appUrl,
    seed: scenario.seed,
    startedAtNs: session.clock.startedAtNs,
    hashSecret: session.hashSecret,
    onEvent: (body) => void session.log.append(body),
    onStep: (step) => {
      if (step.stage === "starting" && scenario.load?.kind === "ramp" && scenario.load.start === "at_wall")
        session.limiter?.drainToOneCall();
    },
  });
  session.keys.subscribe(driver.knowKey);
  return driver;
}

/** Why our own driver does not call the app; undefined when it does. */
function whyUnseen({ options: { scenario, app, appUrl, loadCommand } }: Playable): string | undefined {
  if (loadCommand !== undefined) {
    const unplayed = scenario.load === undefined ? "" : ", and the scenario's own load is not played";
    return `the load comes from --load-cmd, which our driver cannot look into${unplayed}`;
  }
  if (scenario.load === undefined) return "the scenario has no load, so calls come from whoever uses the app";
  if (app?.frontDoor === undefined)
    return "no app file (llm-chaos.yaml) tells how a request to the app looks; llm-chaos init writes one";
  return appUrl === undefined ? "nobody says where the app listens; give --app URL" : undefined;
}

/** `--load-cmd`: somebody else's tool in our driver's place. */
function openLoadCommand(session: Playable, control: RunningControl | undefined): RunningLoad | undefined {
  const { loadCommand } = session.options;
  if (loadCommand === undefined) return undefined;
  return startLoadCommand(session, loadCommand, control);
}

/** The first of: all phases played, the ramp done, the app gone, somebody's stop. */
async function firstEnd(
  session: Playable,
  {
    driver,
    app,
    load,
  }: { driver: RunningDriver | undefined; app: RunningApp | undefined; load: RunningLoad | undefined },
): Promise<End> {
  const isRamp = session.options.scenario.load?.kind === "ramp";
  const played: Promise<End>[] = [session.timeline.done.then(() => ({ why: "completed", detail: undefined }))];
  if (driver !== undefined) {
    played.push(
      driver.finished.then(
        () => (isRamp ? { why: "completed", detail: undefined } : session.stopped),
        (error: unknown) => ({
          why: "broken",
          detail: `the load driver ended: ${error instanceof Error ? error.message : error}`,
        }),
      ),
    );
  }
  if (load !== undefined) played.push(load.ended);
  if (app !== undefined) {
    played.push(
      app.exited.then(({ code, signal }) => {
        session.log.append({
          type: "app_state",
          state: "ended",
          ...(code === null ? {} : { code }),
          ...(signal === null ? {} : { signal }),
        });
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        return code === 0
          ? { why: "app_ended", detail: undefined }
          : { why: "broken", detail: `the app command ended ${how} before the last phase did` };
      }),
    );
  }
  return Promise.race([session.stopped, ...played]);
}

/** After the last phase calls that are still open get one deadline to end; a stop by hand gets 5 s. */
async function drain(session: Playable, driver: RunningDriver | undefined, end: End): Promise<void> {
  session.timeline.stop();
  session.setPhase("drain");
  if (!isNormalEnd(end.why)) session.chooser.panic();
  const deadlineMs = session.options.app?.frontDoor?.deadlineMs ?? DEFAULT_DEADLINE_MS;
  await driver?.stop({ drainMs: end.why === "completed" ? deadlineMs : Math.min(5_000, deadlineMs) });
}

function warnWithoutCalls(session: Playable, calls: () => number): () => void {
  return session.clock.after(NO_CALL_WARNING_MS, () => {
    if (calls() > 0) return;
    const text =
      `no call has reached ${session.proxy.url} in ${formatDuration(NO_CALL_WARNING_MS)}. ` +
      `Is the app using ${baseUrls(session.options, session.proxy.url).join(" ")}? A URL fixed in code beats every variable`;
    session.log.append({ type: "warning", code: "no_calls", text });
    session.options.notify(`warning: ${text}`);
  });
}
