import type { ChaosEvent } from "../core/event.ts";
import { upstreamTroubles } from "./check-upstream.ts";
import { type OpenControl, openControl } from "./control-host.ts";
import { finish, type RunResult } from "./finish.ts";
import { tellFrontDoorUnseen } from "./front-door-unseen.ts";
import { watchScenario } from "./hot-reload.ts";
import { openMetrics, type RunningMetrics } from "./metrics.ts";
import type { SessionOptions } from "./options.ts";
import { play } from "./play.ts";
import { type End, type Session, startSession } from "./session.ts";

export type { RunResult } from "./finish.ts";

export interface RunHooks {
  onEvent(event: ChaosEvent): void;
  /** The session is up; the caller may stop it by a signal from here on. */
  onSession(session: Session): void;
  /** The dashboard can be opened there. Not called without a control channel. */
  onPage?(url: string): void;
  /** The report is made, and shown on the dashboard until this resolves. Not called without a control channel. */
  keepOpen?(result: RunResult): Promise<void>;
}

const STOPPED_DRAIN_MS = 5_000;

/** `llm-chaos run`: a session, a scenario played on it to its end, and the report made from its log. */
export async function runScenario(options: SessionOptions, hooks: RunHooks): Promise<RunResult> {
  const [unreachable] = await upstreamTroubles(options.upstreams, options.env);
  if (unreachable !== undefined) throw unreachable;
  const session = await startSession(options);
  session.log.subscribe(hooks.onEvent);
  hooks.onSession(session);
  const { metrics, control } = await openDoorsOrClose(session);
  if (control !== undefined) hooks.onPage?.(control.pageUrl);
  let end: End = { why: "broken", detail: "the run did not reach its end" };
  let failure: unknown;
  try {
    end = await play(session, control);
  } catch (error) {
    failure = error;
    end = { why: "broken", detail: session.scrubber.scrub(error instanceof Error ? error.message : String(error)) };
  }
  await session.close(end, STOPPED_DRAIN_MS);
  await metrics.close();
  if (failure !== undefined) {
    await control?.close();
    throw failure;
  }
  return finishBefore(session, control, hooks);
}

/** `llm-chaos proxy`: a session that lives until somebody stops it, with a report at the end. */
export async function serveProxy(options: SessionOptions, hooks: RunHooks): Promise<RunResult> {
  // A staging upstream may come up later; until then each call is answered with a 502 that says so.
  for (const unreachable of await upstreamTroubles(options.upstreams, options.env))
    options.notify(`warning: ${unreachable.message}. Calls are answered with 502 until it can be`);
  const session = await startSession(options);
  // Before anybody is told that it is up: who changes the file then means this session.
  const watch = watchScenario(session);
  session.log.subscribe(hooks.onEvent);
  hooks.onSession(session);
  const { metrics, control } = await openDoorsOrClose(session).catch((error) => {
    watch.close();
    throw error;
  });
  if (control !== undefined) hooks.onPage?.(control.pageUrl);
  if (options.scenario.expect.length > 0) tellFrontDoorUnseen(session, "llm-chaos proxy drives nothing");
  if (options.startAtOnce) session.timeline.start();
  const end = await session.stopped;
  watch.close();
  await session.close(end, STOPPED_DRAIN_MS);
  await metrics.close();
  return finishBefore(session, control, hooks);
}

/** The dashboard is still open when the report is made, so that who watched the run can read it there. */
async function finishBefore(
  session: Session,
  control: OpenControl | undefined,
  { keepOpen }: Pick<RunHooks, "keepOpen">,
): Promise<RunResult> {
  try {
    const { folder, log, options } = session;
    const result = finish({ folder, options, failed: log.failed });
    if (control === undefined) return result;
    control.finish(result.report, result.folder);
    await keepOpen?.(result);
    return result;
  } finally {
    await control?.close();
  }
}

/** Without the control channel or the collector it was told to have, a session does not start: nothing of it may stay. */
async function openDoorsOrClose(session: Session) {
  let metrics: RunningMetrics | undefined;
  try {
    metrics = openMetrics(session);
    return { metrics, control: await openControl(session, metrics) };
  } catch (error) {
    await metrics?.close();
    await session.close({ why: "broken", detail: "the control channel could not be opened" }, 0);
    session.folder.discardIfUnused();
    throw error;
  }
}
