import { UserError } from "../core/errors.ts";
import type { Scenario } from "../core/scenario.ts";
import { loadScenario } from "../scenario/index.ts";
import { createAbortWatch } from "./abort-watch.ts";
import { refuseShareOnLive, rulesOf } from "./check-share.ts";
import { limitLabels } from "./limit-labels.ts";
import type { Session } from "./session.ts";

export interface SentScenario {
  text: string;
  vars?: Readonly<Record<string, string>> | undefined;
  seed?: number | undefined;
}

/**
 * Puts a scenario that a controller sent in the place of the one that a proxy plays: faults, limits, phases, expectations.
 * Checked whole first: throws an InvalidFileError with all problems, and then nothing has changed. Its placeholders are
 * filled by what was sent with it, never by this process's environment: who may load a scenario may not read our keys.
 */
export function loadSent(session: Session, { text, vars = {}, seed }: SentScenario) {
  const { options, log, scrubber, folder } = session;
  if (options.mode === "run") {
    throw new UserError("a run plays the scenario it was started with", {
      hint: "load it into a proxy: llm-chaos proxy",
    });
  }
  const loaded = loadScenario({
    text,
    env: vars,
    ...(seed !== undefined && { seed }),
    ...(options.app !== undefined && { app: options.app }),
  });
  refuseShareOnLive(rulesOf({ filled: loaded.filled, faults: [] }), options.upstreams);
  for (const secret of [...loaded.secrets, ...Object.values(vars)]) scrubber.register(secret);
  const change = session.load(loaded);
  const scenario = session.playing();
  const { seq } = log.append({
    type: "scenario_loaded",
    scenario,
    limits: limitLabels(scenario),
    file: `scenario.loaded-${change}.yaml`,
  });
  watchAbort(session, scenario);
  try {
    folder.write(`scenario.loaded-${change}.yaml`, loaded.text);
  } catch (error) {
    options.notify(`warning: the loaded scenario cannot be kept: ${error instanceof Error ? error.message : error}`);
  }
  options.notify(`scenario: ${scenario.name} was loaded by the control channel; its phases wait for scenario.start`);
  return {
    name: scenario.name,
    phases: scenario.phases.map(({ name }) => name),
    warnings: loaded.warnings.map(({ file: _, ...problem }) => problem),
    seq,
  };
}

/** Its own `abort_when`: ends the scenario, and not the proxy, which others use. */
function watchAbort(session: Session, { abortWhen, phases }: Scenario): void {
  if (abortWhen === undefined) return;
  const watch = createAbortWatch(abortWhen, (detail) => {
    session.timeline.stop();
    session.log.append({ type: "warning", code: "abort_when", text: `the scenario was stopped: ${detail}` });
    session.options.notify(`scenario: stopped by its abort_when: ${detail}`);
  });
  const forget = session.log.subscribe((event) => {
    // Another one has been loaded since.
    if (session.playing().phases !== phases) forget();
    else watch(event);
  });
}
