import { ChaosControl } from "../../control/index.ts";
import { UserError } from "../../core/errors.ts";
import type { ChaosEvent } from "../../core/event.ts";
import { appFacts } from "../app-facts.ts";
import { finish, type RunResult } from "../finish.ts";
import type { SessionOptions } from "../options.ts";
import { play } from "../play.ts";
import type { Playable } from "../playable.ts";
import { createRunFolder } from "../run-folder.ts";
import { runStarted } from "../run-started.ts";
import type { End } from "../session.ts";
import { createSystemClock } from "../system-clock.ts";
import { varsOf } from "../vars-of.ts";
import { openLocalLog } from "./local-log.ts";
import { createRemoteSession } from "./remote-session.ts";

export interface AttachHooks {
  onEvent(event: ChaosEvent): void;
  onSession(session: Playable): void;
}

/**
 * `llm-chaos run --attach`: plays a scenario and its load against a proxy that runs already, elsewhere. Its log is the one
 * log: what our driver sees goes into it, and the report is made from the part of it that followed the loading of the scenario.
 */
export async function runAttached(
  options: SessionOptions,
  proxy: { url: string; token: () => string },
  hooks: AttachHooks,
): Promise<RunResult> {
  if (options.scenarioText === undefined) throw new UserError("there is no scenario to play");
  const control = new ChaosControl({
    ...proxy,
    name: `run ${options.scenario.name}`.replace(/[^\w .-]/g, "_").slice(0, 40),
  });
  try {
    return await playOn(options, { control, text: options.scenarioText }, hooks);
  } finally {
    control.close();
  }
}

async function playOn(
  options: SessionOptions,
  { control, text }: { control: ChaosControl; text: string },
  hooks: AttachHooks,
): Promise<RunResult> {
  const clock = createSystemClock();
  const status = await control.status();
  const { hash_secret: hashSecret } = await control.call("driver.attach", {});
  const shiftMs = await clockShift(control, clock);
  const loaded = await control.loadScenario(text, { seed: options.scenario.seed, vars: varsOf(text, options.env) });
  const folder = createRunFolder({
    out: options.out,
    cwd: options.cwd,
    name: options.scenario.name,
    startedAt: new Date(clock.wallMs()),
    runId: options.runId,
  });
  folder.write("scenario.yaml", text);
  const upstream = { kind: status.upstream_kind, address: status.upstream };
  const start = runStarted(options, { runId: folder.runId, facts: appFacts(options), upstream });
  let failed: Error | undefined;
  const log = openLocalLog(folder.eventsPath, start, (error) => {
    failed = error;
    session.stop({ why: "broken", detail: `event log: ${error.message}` });
  });
  const session = createRemoteSession({
    options,
    control,
    clock,
    folder,
    log,
    proxyUrl: status.proxy,
    hashSecret,
    shiftMs,
  });
  log.subscribe(hooks.onEvent);
  await control.follow(log.take, {
    since: loaded.seq - 1,
    onLost: ({ message }) => options.notify(`${message}; trying again`),
    onRestart: () => session.stop({ why: "broken", detail: "the proxy was restarted" }),
  });
  hooks.onSession(session);
  let end: End = { why: "broken", detail: "the run did not reach its end" };
  let failure: unknown;
  try {
    end = await play(session, undefined);
    await Promise.race([session.settled(), new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref())]);
  } catch (error) {
    failure = error;
    end = { why: "broken", detail: session.scrubber.scrub(error instanceof Error ? error.message : String(error)) };
  }
  log.close({ type: "run_ended", why: end.why, ...(end.detail !== undefined && { detail: end.detail }) });
  if (failure !== undefined) throw failure;
  return finish({ folder, options, failed });
}

const SETTLE_MS = 5_000;
const PROBES = 5;

/** How far the proxy's clock is ahead of ours, by the probe that came back soonest: half of its way is all that can be wrong. */
async function clockShift(control: ChaosControl, clock: { nowMs(): number }): Promise<number> {
  let best = { tripMs: Number.POSITIVE_INFINITY, shiftMs: 0 };
  for (let probe = 0; probe < PROBES; probe++) {
    const sentMs = clock.nowMs();
    const { at_ms: theirMs } = await control.call("driver.attach", {});
    const tripMs = clock.nowMs() - sentMs;
    if (tripMs < best.tripMs) best = { tripMs, shiftMs: theirMs - (sentMs + tripMs / 2) };
  }
  return best.shiftMs;
}
